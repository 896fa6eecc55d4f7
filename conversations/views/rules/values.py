"""The values of a rule's rows: as they are typed, and as the rule keeps them."""

from collections.abc import Mapping, Sequence
from typing import Any

from conversations.macro_forms import UNTIL_REPLY
from conversations.rules.actions import rule_actions
from conversations.rules.fields import (
    AFTER,
    BEFORE,
    CHOICES_OF_TYPE,
    CONTACT_CUSTOM,
    CUSTOM,
    FieldType,
    RuleField,
    field_of,
)

Typed = Mapping[str, Sequence[str]]
UNITS_S = {"minutes": 60, "hours": 3600, "days": 86400}
NOBODY = "none"
# A field of one's own is chosen by what its names begin with; the rest of the name is typed.
CUSTOM_PREFIXES = (AFTER + CUSTOM, BEFORE + CUSTOM, CONTACT_CUSTOM, CUSTOM)
_OF_NUMBERS = frozenset({"is", "is_not", "gt", "lt"})
_CHOSEN = frozenset({*CHOICES_OF_TYPE, FieldType.FLAG, FieldType.CATEGORY})
_LISTS = frozenset({"tags", "agents"})


def typed_condition(node: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return a kept condition as its row has it."""
    name, op = str(node.get("field", "")), str(node.get("op", ""))
    typed = {"field": [name], "op": [op]}
    if prefix := next((one for one in CUSTOM_PREFIXES if name.startswith(one)), ""):
        typed |= {"field": [prefix], "custom": [name.removeprefix(prefix)]}
    return typed | _typed_value("value", type_of(name), op, node.get("value"))


def condition_value(typed: Typed) -> dict[str, Any]:
    """Return a row as the rule keeps it; what is no number stays a text, of which the rule's check tells."""
    name, op = field_name(typed), _first(typed, "op")
    return {"field": name, "op": op, "value": _value(typed, "value", type_of(name), op)}


def field_name(typed: Typed) -> str:
    """Return which field a row looks at, "" for none yet."""
    name = _first(typed, "field")
    return f"{name}{_first(typed, 'custom').strip()}" if name in CUSTOM_PREFIXES else name


def field_of_row(typed: Typed) -> RuleField | None:
    """Return the field that a row looks at; one of one's own whose name is not typed yet counts, too."""
    name = field_name(typed)
    return field_of(f"{name}?" if name in CUSTOM_PREFIXES else name)


def type_of(name: str) -> str:
    """Return the type of a field's values, that of a text for a field that there is not."""
    known = field_of(name)
    return str(known.type) if known else "text"


def typed_action(one: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return a kept action as its row has it."""
    typed = {"type": [str(one.get("type", ""))]}
    if one.get("type") == "snooze":
        hours = one.get("hours")
        return typed | {"snooze": [UNTIL_REPLY if hours is None else f"{hours:g}"]}
    action = rule_actions().get(str(one.get("type")))
    for param in action.params if action else ():
        if param.name in one:
            typed |= _typed_value(param.name, str(param.type), "", one[param.name])
    return typed


def action_value(typed: Typed) -> dict[str, Any]:
    """Return a row as the rule keeps it; what may be left out and is empty is left out."""
    kind = _first(typed, "type")
    if kind == "snooze":
        hours = _first(typed, "snooze")
        return {"type": kind, **({"until_reply": True} if hours == UNTIL_REPLY else {"hours": _number(hours)})}
    value: dict[str, Any] = {"type": kind}
    action = rule_actions().get(kind)
    for param in action.params if action else ():
        given = _value(typed, param.name, str(param.type), "")
        if given not in ("", []) or param.is_needed:
            value[param.name] = given
    return value


def is_unchosen(leaf: Mapping[str, Any]) -> bool:
    """Whether a condition's value is to be chosen from a list, and is not."""
    return leaf.get("value") == "" and type_of(str(leaf.get("field"))) in _CHOSEN


def unchosen_in(action: Mapping[str, Any]) -> list[str]:
    """Return the parameters of an action that are to be chosen from a list, and are not."""
    known = rule_actions().get(str(action.get("type")))
    return [one.name for one in (known.params if known else ()) if one.type in _CHOSEN and action.get(one.name) == ""]


def in_units(seconds: Any) -> tuple[str, str]:
    """Return a number of seconds in the largest unit that divides it: `("2", "days")`."""
    if not isinstance(seconds, int | float):
        return "" if seconds is None else str(seconds), "hours"
    unit = next((name for name in ("days", "hours") if seconds and seconds % UNITS_S[name] == 0), "minutes")
    return f"{seconds / UNITS_S[unit]:g}", unit


def delay_value(head: Mapping[str, str]) -> Any:
    """Return how long a state must last, in seconds, None for nothing typed."""
    return _seconds(head["delay"], head["delay_unit"]) if head["delay"].strip() else None


def _typed_value(name: str, type_: str, op: str, value: Any) -> dict[str, list[str]]:
    if value is None:
        return {name: [NOBODY]}
    if isinstance(value, bool):
        return {name: ["true" if value else "false"]}
    if isinstance(value, list):
        texts = [str(one) for one in value]
        return {name: [", ".join(texts)] if is_typed_list(type_, op) else texts}
    if type_ == "duration":
        number, unit = in_units(value)
        return {name: [number], f"{name}_unit": [unit]}
    if type_ == "share" and isinstance(value, int | float):
        return {name: [f"{value * 100:g}"]}
    return {name: [f"{value:g}" if isinstance(value, float) else str(value)]}


def is_typed_list(type_: str, op: str) -> bool:
    """Whether several values are typed into one field, with commas between."""
    return type_ == "tags" or (op == "in" and type_ in {"text", "any", "number", "tag"})


def _value(typed: Typed, name: str, type_: str, op: str) -> Any:
    """Return what an input says; only where there is no operator can somebody be chosen who is nobody."""
    text = _first(typed, name)
    if op == "is_empty" or type_ == "flag":
        return {"true": True, "false": False}.get(text, text)
    if is_typed_list(type_, op) and (op == "in" or type_ in _LISTS):
        words = [word for part in text.split(",") if (word := part.strip())]
        return [_number(word) for word in words] if type_ in {"any", "number"} else words
    if op == "in" or type_ in _LISTS:
        return [one for one in typed.get(name, ()) if one]
    return None if text == NOBODY and not op else _scalar(text, type_, op, _first(typed, f"{name}_unit"))


def _scalar(text: str, type_: str, op: str, unit: str) -> Any:
    if type_ == "duration":
        return _seconds(text, unit)
    if type_ == "share":
        percent = _number(text)
        return percent / 100 if isinstance(percent, int | float) else percent
    return _number(text) if type_ == "number" or (type_ == "any" and op in _OF_NUMBERS) else text


def _seconds(text: str, unit: str) -> Any:
    number = _number(text)
    return round(number * UNITS_S.get(unit, 3600)) if isinstance(number, int | float) else number


def _number(text: str) -> Any:
    """Return a number, or what was typed where that is none."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return text
    if not abs(number) < 1e12:
        return text
    return int(number) if number.is_integer() else number


def _first(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "")
