"""The if of a rule: a tree of all, any and none over comparisons; whether it is one, whether it holds, and why."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from conversations.custom_fields import INTEGER_MOST
from conversations.rules.fields import CHOICES_OF_TYPE, FieldType, RuleField, RuleOp, field_of

DEEPEST, LEAVES_MOST = 5, 50
VALUES_MOST, TEXT_MOST = 50, 500
GROUPS = ("all", "any", "none")
Errors = dict[str, list[str]]
_ID_TYPES = (FieldType.TEAM, FieldType.AGENT, FieldType.MAILBOX, FieldType.COMPANY)
_NUMBER_TYPES = (FieldType.NUMBER, FieldType.DURATION, FieldType.SHARE)


@dataclass(frozen=True)
class LeafResult:
    """What became of one comparison; `path` names its place, such as `conditions.all.0`."""

    path: str
    field: str
    op: str
    wanted: Any
    found: Any
    holds: bool


@dataclass(frozen=True)
class ConditionsVerdict:
    """Whether the conditions hold, and each comparison on the way, in their order."""

    holds: bool
    leaves: tuple[LeafResult, ...]


@dataclass(frozen=True)
class Leaf:
    """A comparison of checked conditions."""

    path: str
    field: RuleField
    op: RuleOp
    wanted: Any


def check_conditions(tree: Any, *, trigger: str = "") -> Errors:
    """Return what is wrong, by path, nothing for conditions that can be kept; none at all always hold.

    `trigger`, if it is known: what its events do not tell can't be asked.
    """
    if tree in ({}, {"all": []}):
        return {}
    errors: Errors = {}
    count = sum(1 for _leaf in _checked(tree, "conditions", trigger, errors, depth=1))
    if count > LEAVES_MOST:
        errors.setdefault("conditions", []).append(_("Use at most %(count)d conditions.") % {"count": LEAVES_MOST})
    return errors


def evaluate_conditions(tree: Mapping[str, Any], values: Mapping[str, Any]) -> ConditionsVerdict:
    """Return whether checked conditions hold for these values by field, and what each comparison found."""
    leaves: list[LeafResult] = []

    def look(leaf: Leaf) -> bool:
        found = values[leaf.field.name]
        holds = _leaf_holds(leaf.op, found, leaf.wanted)
        leaves.append(LeafResult(leaf.path, leaf.field.name, leaf.op, leaf.wanted, found, holds))
        return holds

    return ConditionsVerdict(bool(_judged(tree, "conditions", look)), tuple(leaves))


def may_hold(tree: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """Return whether checked conditions can hold, whatever those fields are that are not in `known`."""

    def look(leaf: Leaf) -> bool | None:
        if leaf.field.name not in known:
            return None
        return _leaf_holds(leaf.op, known[leaf.field.name], leaf.wanted)

    return _judged(tree, "conditions", look) is not False


def leaves_of(tree: Mapping[str, Any], path: str = "conditions") -> Iterator[Leaf]:
    """Yield the comparisons of checked conditions, in their order."""
    for group in tree.keys() & {*GROUPS}:
        for place, child in enumerate(tree[group]):
            yield from leaves_of(child, f"{path}.{group}.{place}")
    if "field" in tree:
        yield _leaf(tree, path)


def _leaf(tree: Mapping[str, Any], path: str) -> Leaf:
    field = field_of(tree["field"])
    if field is None:
        raise LookupError(tree["field"])
    return Leaf(path, field, RuleOp(tree["op"]), tree.get("value", True))


def _judged(tree: Mapping[str, Any], path: str, look: Callable[[Leaf], bool | None]) -> bool | None:
    """Return whether the tree holds, None where that depends on what is not known (Kleene's strong logic).

    Every comparison is looked at, so that all can be explained.
    """
    if not tree:
        return True
    if "field" in tree:
        return look(_leaf(tree, path))
    (group,) = tree
    found = [_judged(child, f"{path}.{group}.{place}", look) for place, child in enumerate(tree[group])]
    if group == "all":
        return False if False in found else None if None in found else True
    any_holds = True if True in found else None if None in found else False
    return any_holds if group == "any" or any_holds is None else not any_holds


def _leaf_holds(op: RuleOp, found: Any, wanted: Any) -> bool:
    return _HOLDS[op](found, wanted)


def _is_same(found: Any, wanted: Any) -> bool:
    if isinstance(found, str) and isinstance(wanted, str):
        return _folded(found) == _folded(wanted)
    return isinstance(found, bool) == isinstance(wanted, bool) and bool(found == wanted)


def _contains(found: Any, wanted: str) -> bool:
    if isinstance(found, list):
        return any(_is_same(one, wanted) for one in found)
    return isinstance(found, str) and _folded(wanted) in _folded(found)


@lru_cache(maxsize=256)
def _folded(text: str) -> str:
    """Without regard to case, and to how the lines of a mail are broken."""
    return " ".join(text.split()).casefold()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_HOLDS: Mapping[RuleOp, Callable[[Any, Any], bool]] = {
    RuleOp.IS: _is_same,
    RuleOp.IS_NOT: lambda found, wanted: not _is_same(found, wanted),
    RuleOp.IN: lambda found, wanted: any(_is_same(found, one) for one in wanted),
    RuleOp.CONTAINS: _contains,
    RuleOp.NOT_CONTAINS: lambda found, wanted: not _contains(found, wanted),
    RuleOp.STARTS_WITH: lambda found, wanted: isinstance(found, str) and _folded(found).startswith(_folded(wanted)),
    RuleOp.IS_EMPTY: lambda found, wanted: (found is None or found in ("", [])) == wanted,
    RuleOp.GT: lambda found, wanted: bool(_is_number(found) and found > wanted),
    RuleOp.LT: lambda found, wanted: bool(_is_number(found) and found < wanted),
}


def _checked(tree: Any, path: str, trigger: str, errors: Errors, *, depth: int) -> Iterator[None]:
    """Yield once for each comparison, and note what is wrong."""
    if not isinstance(tree, Mapping):
        errors[path] = [_("This is neither a condition nor a group of them.")]
    elif "field" in tree or not tree.keys() & {*GROUPS}:
        errors.update(_errors_of_leaf(tree, path, trigger))
        yield
    elif errors_here := _errors_of_group(tree, depth):
        errors[path] = errors_here
    else:
        ((group, children),) = tree.items()
        for place, child in enumerate(children[: LEAVES_MOST + 1]):
            yield from _checked(child, f"{path}.{group}.{place}", trigger, errors, depth=depth + 1)


def _errors_of_group(tree: Mapping[str, Any], depth: int) -> list[str]:
    if len(tree) != 1:
        return [_("A group is either “all”, “any” or “none”.")]
    (children,) = tree.values()
    if not isinstance(children, list) or not children:
        return [_("A group needs a condition in it.")]
    if depth >= DEEPEST:
        return [_("Groups may be at most %(count)d deep.") % {"count": DEEPEST - 1}]
    if len(children) > LEAVES_MOST:
        return [_("Use at most %(count)d conditions.") % {"count": LEAVES_MOST}]
    return []


def _errors_of_leaf(tree: Mapping[str, Any], path: str, trigger: str) -> Errors:
    field = field_of(tree.get("field"))
    if field is None:
        return {f"{path}.field": [_("Choose what to look at.")]}
    if unknown := tree.keys() - {"field", "op", "value"}:
        names = ", ".join(sorted(map(str, unknown)))[:200]
        return {path: [_("There is no such field: %(names)s.") % {"names": names}]}
    if trigger and field.triggers and trigger not in field.triggers:
        labels = ", ".join(str(one.label) for one in field.triggers)
        return {f"{path}.field": [_("This is known only when: %(names)s.") % {"names": labels}]}
    op = tree.get("op")
    if not isinstance(op, str) or op not in field.ops:
        return {f"{path}.op": [_("Use one of: %(names)s.") % {"names": ", ".join(field.ops)}]}
    text = _error_of_value(field, RuleOp(op), tree)
    return {f"{path}.value": [text]} if text else {}


def _error_of_value(field: RuleField, op: RuleOp, tree: Mapping[str, Any]) -> str:
    value = tree.get("value")
    if op == RuleOp.IS_EMPTY:
        return "" if "value" not in tree or isinstance(value, bool) else _("Choose yes or no.")
    if op != RuleOp.IN:
        return error_of_value(field.type, value, is_size=op in (RuleOp.GT, RuleOp.LT))
    if not isinstance(value, list) or not 1 <= len(value) <= VALUES_MOST:
        return _("Choose 1 to %(count)d values.") % {"count": VALUES_MOST}
    return next((text for one in value if (text := error_of_value(field.type, one))), "")


def error_of_value(type: FieldType, value: Any, *, is_size: bool = False) -> str:
    """Return what is wrong with one value of this type, "" for nothing; whether rows exist is not asked."""
    if choices := CHOICES_OF_TYPE.get(type):
        return "" if isinstance(value, str) and value in choices.values else _one_of(choices.values)
    if type in _NUMBER_TYPES or is_size or (type == FieldType.ANY and _is_number(value)):
        return _error_of_number(type, value)
    if type == FieldType.FLAG or (type == FieldType.ANY and isinstance(value, bool)):
        return "" if isinstance(value, bool) else _("Choose yes or no.")
    if type in _ID_TYPES:
        return "" if is_id(value) else _("Choose one.")
    is_text = isinstance(value, str) and value.strip() and len(value) <= TEXT_MOST and "\x00" not in value
    return "" if is_text else _("Use 1 to %(count)d characters.") % {"count": TEXT_MOST}


def _error_of_number(type: FieldType, value: Any) -> str:
    if not _is_number(value) or not _is_finite(value):
        return _("Use a number.")
    if type == FieldType.ANY:
        return "" if abs(value) <= INTEGER_MOST else _("Use a smaller number.")
    most = 1 if type == FieldType.SHARE else INTEGER_MOST
    return "" if 0 <= value <= most else _("Use a number from 0 to %(most)d.") % {"most": most}


def _is_finite(value: float) -> bool:
    return isinstance(value, int) or math.isfinite(value)


def is_id(value: Any) -> bool:
    """Return whether it is the text of a UUID."""
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def _one_of(names: Sequence[str]) -> str:
    return _("Use one of: %(names)s.") % {"names": ", ".join(names)}
