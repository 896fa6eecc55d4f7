"""A rule as its form has it: rows of what was typed, right or wrong, and what they come to."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from conversations.enums import TIMED_TRIGGERS
from conversations.views.rules import values

GROUPS = ("all", "any", "none")
# More than a rule may have, so that whoever has too many sees them and is told.
ROWS_MOST = 60
_HEAD = ("name", "trigger", "delay", "delay_unit", "stops", "version")
_KEPT_MAX_LENGTH = 20_000


@dataclass(frozen=True)
class DraftRow:
    """A line of the form. `typed` holds the fields of an input by its name, each as a list of texts.

    `kind` is `leaf`, `kept` for a condition deeper than the form goes, whose JSON is in `typed`, or `action`.
    """

    kind: str
    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Sequence[str] = ()

    def text(self, name: str) -> str:
        """Return the first value of an input, "" for none."""
        return next(iter(self.typed.get(name, ())), "")


@dataclass(frozen=True)
class DraftGroup:
    """Conditions that hold together: all of them, any, or none."""

    mode: str = "all"
    nodes: Sequence["DraftRow | DraftGroup"] = ()
    errors: Sequence[str] = ()


@dataclass(frozen=True)
class RuleDraft:
    """The whole form; `head` has its single fields as typed."""

    head: Mapping[str, str] = field(default_factory=dict)
    root: DraftGroup = field(default_factory=DraftGroup)
    actions: Sequence[DraftRow] = (DraftRow("action"),)
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)


def posted_draft(data: QueryDict) -> RuleDraft:
    """Return what a form says, as it was typed."""
    head = {name: data.get(name, "") for name in _HEAD}
    return RuleDraft(head, _posted_group(data, "c", depth=0), _posted_rows(data, "a"))


def _posted_group(data: QueryDict, at: str, *, depth: int) -> DraftGroup:
    mode = data.get(f"{at}-mode", "all")
    nodes = [_posted_node(data, f"{at}-{number}", depth=depth) for number in range(_count(data, at))]
    return DraftGroup(mode if mode in GROUPS else "all", nodes)


def _posted_node(data: QueryDict, at: str, *, depth: int) -> DraftRow | DraftGroup:
    kind = data.get(f"{at}-kind", "leaf")
    if kind == "group" and depth == 0:
        return _posted_group(data, at, depth=1)
    return DraftRow("kept" if kind == "kept" else "leaf", _typed(data, at))


def _posted_rows(data: QueryDict, at: str) -> list[DraftRow]:
    return [DraftRow("action", _typed(data, f"{at}-{number}")) for number in range(_count(data, at))]


def _count(data: QueryDict, at: str) -> int:
    count = data.get(f"{at}-count", "0")
    return min(int(count), ROWS_MOST) if count.isascii() and count.isdigit() and len(count) < 4 else 0


def _typed(data: QueryDict, at: str) -> dict[str, list[str]]:
    before = f"{at}-"
    return {
        name.removeprefix(before): data.getlist(name)
        for name in data
        if name.startswith(before) and not name[len(before) :][:1].isdigit()
    }


def kept_draft(rule: Mapping[str, Any]) -> RuleDraft:
    """Return the form of a rule: of one that is kept, or of a starting point."""
    delay, unit = values.in_units(rule.get("delay_s"))
    head = {
        "name": rule.get("name", ""),
        "trigger": rule.get("trigger", ""),
        "delay": delay,
        "delay_unit": unit,
        "stops": "on" if rule.get("stops") else "",
        "version": str(rule.get("version", "")),
    }
    actions = [DraftRow("action", values.typed_action(one)) for one in rule.get("actions", ())]
    return RuleDraft(
        head, _kept_group(rule.get("conditions") or {"all": []}, depth=0), actions or [DraftRow("action")]
    )


def _kept_group(node: Mapping[str, Any], *, depth: int) -> DraftGroup:
    mode = next((name for name in GROUPS if name in node), None)
    if mode is None:
        return DraftGroup("all", [_kept_node(node, depth=depth)])
    return DraftGroup(mode, [_kept_node(one, depth=depth) for one in node[mode]])


def _kept_node(node: Mapping[str, Any], *, depth: int) -> DraftRow | DraftGroup:
    if "field" in node:
        return DraftRow("leaf", values.typed_condition(node))
    if depth == 0:
        return _kept_group(node, depth=1)
    return DraftRow("kept", {"json": [json.dumps(node)]})


@dataclass(frozen=True)
class RuleInput:
    """What a form comes to, as `save_rule` takes it, and which row each path of it came from.

    `unchosen`: the paths of lists from which nothing is chosen yet.
    """

    fields: Mapping[str, Any]
    rows: Mapping[str, int]
    unchosen: frozenset[str]


def rule_input(draft: RuleDraft) -> RuleInput:
    """Return the rule that the form means; rows in which nothing is chosen are not of it."""
    rows: dict[str, int] = {}
    actions: list[dict[str, Any]] = []
    for row in draft.actions:
        if row.text("type"):
            rows[f"actions.{len(actions)}"] = id(row)
            actions.append(values.action_value(row.typed))
    head = draft.head
    conditions = _group_value(draft.root, "conditions", rows)
    fields: dict[str, Any] = {
        "name": head["name"].strip(),
        "trigger": head["trigger"],
        "delay_s": values.delay_value(head) if head["trigger"] in TIMED_TRIGGERS else None,
        "conditions": conditions if conditions[draft.root.mode] else {},
        "actions": actions,
        "stops": bool(head["stops"]),
    }
    unchosen = [f"{path}.value" for path, leaf in _leaves(conditions, "conditions") if values.is_unchosen(leaf)]
    unchosen += [f"actions.{place}.{name}" for place, one in enumerate(actions) for name in values.unchosen_in(one)]
    return RuleInput(fields, rows, frozenset(unchosen if fields["trigger"] else [*unchosen, "trigger"]))


def _leaves(node: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if "field" in node:
        yield path, node
    for mode in GROUPS:
        for place, one in enumerate(node.get(mode, ())):
            yield from _leaves(one, f"{path}.{mode}.{place}")


def _group_value(group: DraftGroup, path: str, rows: dict[str, int]) -> dict[str, Any]:
    rows[path] = id(group)
    nodes: list[Any] = []
    for node in group.nodes:
        here = f"{path}.{group.mode}.{len(nodes)}"
        if isinstance(node, DraftGroup):
            inner = _group_value(node, here, rows)
            if inner[node.mode]:
                nodes.append(inner)
        elif (value := _row_value(node)) is not None:
            rows[here] = id(node)
            nodes.append(value)
    return {group.mode: nodes}


def _row_value(row: DraftRow) -> Any:
    if row.kind != "kept":
        return values.condition_value(row.typed) if row.text("field") else None
    try:
        return json.loads(row.text("json")[:_KEPT_MAX_LENGTH])
    except ValueError:
        return None


def with_errors(draft: RuleDraft, errors: Mapping[str, Sequence[str]], given: RuleInput) -> RuleDraft:
    """Return the form with each text beside the row, or the field, that it is about."""
    rows = given.rows
    by_row: dict[int, list[str]] = {}
    of_form: dict[str, list[str]] = {}
    for path, told in errors.items():
        owner = _owner(path, rows)
        texts = [_unchosen_text(path)] if path in given.unchosen else told
        if owner is None:
            of_form.setdefault(path.partition(".")[0], []).extend(texts)
        else:
            by_row.setdefault(owner, []).extend(texts)
    return replace(
        draft,
        root=_marked(draft.root, by_row),
        actions=[replace(row, errors=by_row.get(id(row), ())) for row in draft.actions],
        errors=of_form,
    )


def _unchosen_text(path: str) -> str:
    return _("Choose when it acts.") if path == "trigger" else _("Choose one.")


def _owner(path: str, rows: Mapping[str, int]) -> int | None:
    """Return the row of the longest path that is `path` or stands before it."""
    parts = path.split(".")
    starts = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((rows[start] for start in starts if start in rows), None)


def _marked(group: DraftGroup, by_row: Mapping[int, Sequence[str]]) -> DraftGroup:
    nodes = [
        _marked(node, by_row) if isinstance(node, DraftGroup) else replace(node, errors=by_row.get(id(node), ()))
        for node in group.nodes
    ]
    return replace(group, nodes=nodes, errors=by_row.get(id(group), ()))


def rearranged_draft(draft: RuleDraft, order: str) -> RuleDraft:
    """Return the form after `add-c`, `add-c-1`, `add-group`, `remove-c-0-1`, `add-a`, `up-a-1`, `down-a-0`.

    What makes no sense changes nothing.
    """
    verb, _dash, at = order.partition("-")
    if at == "group" and verb == "add":
        return replace(
            draft, root=replace(draft.root, nodes=[*draft.root.nodes, DraftGroup("any", [DraftRow("leaf")])])
        )
    name, *places = at.split("-")
    if name not in ("a", "c") or not all(place.isascii() and place.isdigit() and len(place) < 4 for place in places):
        return draft
    path = [int(place) for place in places]
    if name == "a":
        return replace(draft, actions=_moved_rows(draft.actions, verb, path))
    return replace(draft, root=_changed_group(draft.root, verb, path))


def _changed_group(group: DraftGroup, verb: str, path: Sequence[int]) -> DraftGroup:
    if not path:
        return replace(group, nodes=[*group.nodes, DraftRow("leaf")]) if verb == "add" else group
    place, *rest = path
    if place >= len(group.nodes):
        return group
    node, before, after = group.nodes[place], group.nodes[:place], group.nodes[place + 1 :]
    if verb == "remove" and not rest:
        return replace(group, nodes=[*before, *after])
    if isinstance(node, DraftGroup):
        inner = _changed_group(node, verb, rest)
        return replace(group, nodes=[*before, *([inner] if inner.nodes else []), *after])
    return group


def _moved_rows(rows: Sequence[DraftRow], verb: str, path: Sequence[int]) -> Sequence[DraftRow]:
    if verb == "add":
        return [*rows, DraftRow("action")]
    if len(path) != 1 or path[0] >= len(rows):
        return rows
    place = path[0]
    row, rest = rows[place], [*rows[:place], *rows[place + 1 :]]
    if verb == "remove":
        return rest
    to = max(0, place + {"up": -1, "down": 1}.get(verb, 0))
    return [*rest[:to], row, *rest[to:]]


def focus_after(order: str, draft: RuleDraft) -> str:
    """Return the id of what the keyboard goes to when the rows have changed; "" leaves it where it is."""
    verb, _dash, at = order.partition("-")
    if verb == "add":
        return _newest(at, draft)
    if verb in ("up", "down") and at.startswith("a-") and at[2:].isdigit():
        to = int(at[2:]) + (1 if verb == "down" else -1)
        return f"{verb}-a-{to}" if 0 < to < len(draft.actions) - 1 else f"a-{to}-type"
    return "add-a" if at.startswith("a") else "add-c"


def _newest(at: str, draft: RuleDraft) -> str:
    count = len(draft.root.nodes)
    if at == "group":
        return f"c-{count - 1}-0-field"
    if at == "a":
        return f"a-{len(draft.actions) - 1}-type"
    if at == "c":
        return f"c-{count - 1}-field"
    place = at.removeprefix("c-")
    inner = draft.root.nodes[int(place)] if place.isdigit() and int(place) < count else None
    return f"{at}-{len(inner.nodes) - 1}-field" if isinstance(inner, DraftGroup) else ""
