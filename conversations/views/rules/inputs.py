"""What the form of a rule shows: each row with the inputs that its field or its action needs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from conversations.enums import TIMED_TRIGGERS, RuleTrigger
from conversations.macro_forms import SNOOZES
from conversations.queries.rule_choices import rule_choices
from conversations.rules.actions import RuleParam, rule_actions
from conversations.rules.fields import (
    AFTER,
    BEFORE,
    CHOICES_OF_TYPE,
    CONTACT_CUSTOM,
    CUSTOM,
    FieldType,
    RuleField,
    rule_fields,
)
from conversations.views.rules import values
from conversations.views.rules.drafts import GROUPS, DraftGroup, DraftRow, RuleDraft
from conversations.views.rules.words import RuleWords
from conversations.views.shapes.shape import Shape
from teams.queries import default_hours

Options = Sequence[tuple[str, Any]]
# Chosen from what email_channel has, which this app may not import: the page asks this URL for the options.
_ASKED_FOR = {"template": "template-choices", "mailbox": "mailbox-choices"}
# Texts that may be longer get a larger field.
LINE_MOST = 150
_LOOKS = {
    "text": "text",
    "any": "text",
    "tag": "tag",
    "number": "number",
    "duration": "duration",
    "share": "share",
}
_GROUP_OF = {"contact": "contact", "before": "change", "after": "change", "ai": "ai"}


@dataclass(frozen=True)
class RuleInputs:
    """Makes the shapes of one form; what an account has of a type is read once."""

    words: RuleWords
    trigger: str = ""
    choices: Callable[[str], Options] = field(default_factory=lambda: cache(rule_choices))

    def shape(self, draft: RuleDraft, *, focus: str = "") -> Shape:
        """Return the whole form; `focus` is the id of what the keyboard goes to."""
        last = len(draft.actions) - 1
        return {
            "head": draft.head,
            "errors": draft.errors,
            "triggers": self._triggers(draft.head.get("trigger", "")),
            "units": _options(unit_labels(), [draft.head.get("delay_unit", "hours")]),
            "root": self._group(draft.root, "c", focus, errors=draft.errors.get("conditions", ())),
            "actions": [
                self._action(row, f"a-{place}", focus) | {"is_first": place == 0, "is_last": place == last}
                for place, row in enumerate(draft.actions)
            ],
            "focus": focus,
        }

    def _triggers(self, chosen: str) -> list[Shape]:
        timed = [one for one in RuleTrigger.choices if one[0] in TIMED_TRIGGERS]
        events = [one for one in RuleTrigger.choices if one[0] not in TIMED_TRIGGERS]
        return [
            {"label": _("Something happens"), "options": _options(events, [chosen])},
            {"label": _("Something lasts"), "options": _options(timed, [chosen])},
        ]

    def _group(self, group: DraftGroup, at: str, focus: str, *, errors: Iterable[str] = ()) -> Shape:
        return {
            "at": at,
            "is_group": True,
            "modes": _options(list(zip(GROUPS, group_labels(), strict=True)), [group.mode]),
            "errors": [*errors, *group.errors],
            "count": len(group.nodes),
            "nodes": [self._node(node, f"{at}-{place}", focus) for place, node in enumerate(group.nodes)],
        }

    def _node(self, node: DraftRow | DraftGroup, at: str, focus: str) -> Shape:
        if isinstance(node, DraftGroup):
            return self._group(node, at, focus)
        if node.kind == "kept":
            json = node.text("json")
            return {"at": at, "kept": json, "words": self.words.of_json(json), "errors": node.errors}
        return self._condition(node, at, focus)

    def _condition(self, row: DraftRow, at: str, focus: str) -> Shape:
        chosen = row.text("field")
        known = values.field_of_row(row.typed)
        ops: Options = [(op.value, op.label) for op in known.ops] if known else []
        op = row.text("op") if row.text("op") in dict(ops) else next(iter(dict(ops)), "")
        return {
            "at": at,
            "fields": self._fields(chosen),
            "custom": row.text("custom") if chosen in values.CUSTOM_PREFIXES else None,
            "ops": _options(ops, [op]),
            "value": self._condition_value(known, at, {**row.typed, "op": [op]}) if known else None,
            "errors": row.errors,
            "focus": focus,
        }

    def _condition_value(self, known: RuleField, at: str, typed: values.Typed) -> Shape:
        shape = self._input(f"{at}-value", "value", str(known.type), _("Value"), typed)
        return shape | {"help": hours_hint()} if known.name == "hours_open" else shape

    def _fields(self, chosen: str) -> list[Shape]:
        """Return the fields in groups; what this trigger does not tell is offered only where it is chosen already."""
        groups: dict[str, list[tuple[str, Any]]] = {"": [], "contact": [], "change": [], "ai": []}
        for name, one in rule_fields().items():
            if name == chosen or not one.triggers or self.trigger in one.triggers:
                groups[_GROUP_OF.get(name.partition(".")[0], "")].append((name, one.label))
        groups[""].append((CUSTOM, _("A field of the conversation")))
        groups["contact"].append((CONTACT_CUSTOM, _("A field of the customer")))
        if self.trigger == RuleTrigger.FIELDS_CHANGED or chosen in (BEFORE + CUSTOM, AFTER + CUSTOM):
            groups["change"] += [(BEFORE + CUSTOM, _("A field before")), (AFTER + CUSTOM, _("A field after"))]
        if chosen and not any(chosen in dict(names) for names in groups.values()):
            groups[""].append((chosen, chosen))
        labels = (_("Conversation"), _("Customer"), _("What changed"), _("What AI found"))
        named = zip(labels, groups.values(), strict=True)
        return [{"label": label, "options": _options(names, [chosen])} for label, names in named if names]

    def _action(self, row: DraftRow, at: str, focus: str) -> Shape:
        kind = row.text("type")
        action = rule_actions().get(kind)
        types = [("", _("Choose")), *((name, one.label) for name, one in rule_actions().items())]
        if kind and action is None:
            types.append((kind, kind))
        return {
            "at": at,
            "types": _options(types, [kind]),
            "inputs": self._params(row, at, kind),
            "errors": row.errors,
            "focus": focus,
        }

    def _params(self, row: DraftRow, at: str, kind: str) -> list[Shape]:
        if kind == "snooze":
            kept = row.text("snooze")
            times = [
                *SNOOZES,
                *([(kept, _("%(count)s hours") % {"count": kept})] if kept not in dict(SNOOZES) else []),
            ]
            return [_select(f"{at}-snooze", _("For how long"), [one for one in times if one[0]], [kept])]
        action = rule_actions().get(kind)
        return [self._param(param, row, at) for param in (action.params if action else ())]

    def _param(self, param: RuleParam, row: DraftRow, at: str) -> Shape:
        input_ = self._input(f"{at}-{param.name}", param.name, str(param.type), param.label, row.typed)
        if param.may_be_none:
            given = list(row.typed.get(param.name, ()))
            options = [(values.NOBODY, _nobody_label(param.type)), *self._chosen_from(str(param.type))]
            return _select(input_["id"], param.label, options, given)
        return input_ | {"look": "area"} if param.most > LINE_MOST else input_

    def _input(self, id_: str, name: str, type_: str, label: Any, typed: values.Typed) -> Shape:
        """Return the input that values of this type are typed or chosen in."""
        given, op = list(typed.get(name, ())), next(iter(typed.get("op", ())), "")
        if op == "is_empty" or type_ == "flag":
            return _select(id_, label, [("true", _("Yes")), ("false", _("No"))], given)
        if values.is_typed_list(type_, op):
            return _text(id_, label, [", ".join(given)]) | {"help": _("With commas between")}
        if type_ in _ASKED_FOR:
            return _asked(id_, label, type_, given, several=op == "in")
        if type_ in _LOOKS:
            unit = next(iter(typed.get(f"{name}_unit", ())), "hours")
            return _text(id_, label, given) | {"look": _LOOKS[type_], "units": _options(unit_labels(), [unit])}
        if op == "in" or type_ == "agents":
            return {"look": "checks", "id": id_, "label": label, "options": _options(self._chosen_from(type_), given)}
        return _select(id_, label, self._chosen_from(type_), given)

    def _chosen_from(self, type_: str) -> Options:
        if type_ == "language":
            return list(settings.LANGUAGES)
        fixed = CHOICES_OF_TYPE.get(FieldType(type_))
        return fixed.choices if fixed else self.choices("agent" if type_ == "agents" else type_)


def hours_hint() -> str:
    """Return whose hours a condition asks about. One query."""
    hours = default_hours()
    if hours is None:
        return _("The hours of its team count. Without any it is neither open nor closed: no calendar is the default.")
    return _("The hours of its team count; without a team, or where it has none: %(name)s.") % {"name": hours.name}


def unit_labels() -> Options:
    """Return the units of time, with their names."""
    return [("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days"))]


def group_labels() -> tuple[str, str, str]:
    """Return what the kinds of groups are called, in the order of `GROUPS`."""
    return _("All of these are true"), _("Any of these is true"), _("None of these is true")


def _options(choices: Iterable[tuple[str, Any]], chosen: Sequence[str]) -> list[Shape]:
    return [{"value": value, "label": label, "is_chosen": value in chosen} for value, label in choices]


def _select(id_: str, label: Any, choices: Options, given: Sequence[str]) -> Shape:
    """Return a select; what was chosen and is not there any more stays, so that it can be seen."""
    gone = [(value, _("Not there any more")) for value in given if value and value not in dict(choices)]
    empty = [] if any(given) else [("", _("Choose"))]
    return {"look": "select", "id": id_, "label": label, "options": _options([*empty, *choices, *gone], given or [""])}


def _nobody_label(type_: str) -> str:
    labels = {"agent": _("No one"), "team": _("No team")}
    return labels.get(type_, _("None"))


def _asked(id_: str, label: Any, type_: str, given: Sequence[str], *, several: bool) -> Shape:
    try:
        url = reverse(_ASKED_FOR[type_])
    except NoReverseMatch:
        url = ""
    shape = {"look": "asked", "id": id_, "label": label, "values": given, "url": url, "several": several}
    # Never the same node in two answers, so that the options are asked for anew.
    return shape | {"nonce": get_random_string(8)}


def _text(id_: str, label: Any, given: Sequence[str]) -> Shape:
    return {"look": "text", "id": id_, "label": label, "value": "".join(given[:1])}
