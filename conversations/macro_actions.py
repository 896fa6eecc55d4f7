"""What macros can do: the shapes of their actions, and the words in their texts that stand for values."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _

from conversations.enums import Priority, Status
from hummdesk.errors import ValidationFailed

ACTIONS_MOST = 20
TEXT_MAX_LENGTH = 10_000
SNOOZE_HOURS_MOST = 366 * 24
# What `{{...}}` may name.
VARIABLES = (
    "contact.name",
    "contact.first_name",
    "contact.email",
    "conversation.display_id",
    "conversation.subject",
    "agent.name",
    "account.name",
)
_VARIABLE = re.compile(r"\{\{([^{}]{0,80})\}\}")
_OPPOSITE = {"add_tags": "remove_tags", "remove_tags": "add_tags"}


@dataclass(frozen=True)
class MacroUser:
    """Who applies a macro, and when."""

    agent_id: UUID
    now: datetime


@dataclass(frozen=True)
class MacroText:
    """Something to write."""

    kind: Literal["reply", "note"]
    text: str


def check_macro_actions(actions: Sequence[Any]) -> None:
    """Raises: ValidationFailed that names each action that is at fault, by its place: `actions.0`."""
    if not 1 <= len(actions) <= ACTIONS_MOST:
        raise ValidationFailed(
            errors={"actions": [_("A macro has 1 to %(count)d actions.") % {"count": ACTIONS_MOST}]}
        )
    errors = {f"actions.{place}": [text] for place, one in enumerate(actions) if (text := _error_of(one))}
    if errors:
        raise ValidationFailed(errors=errors)
    if sum(one["type"] == "reply" for one in actions) > 1:
        raise ValidationFailed(errors={"actions": [_("A macro writes one reply at most.")]})


def macro_texts(actions: Sequence[Mapping[str, Any]]) -> list[MacroText]:
    """Return what checked actions write, in their order."""
    return [MacroText(one["type"], one["text"]) for one in actions if one["type"] in _TEXTS]


def macro_changes(actions: Sequence[Mapping[str, Any]], *, user: MacroUser) -> dict[str, Any]:
    """Return what checked actions change, as `change_conversation` takes it; of two alike the later one counts."""
    after: dict[str, Any] = {}
    for one in actions:
        if one["type"] not in _TEXTS:
            _fold(after, _CHANGES[one["type"]].changes(one, user))
    return {name: value for name, value in after.items() if name not in _OPPOSITE or value}


def rendered(text: str, values: Mapping[str, str]) -> str:
    """Return the text with the values, each on one line, for the words that stand for them.

    What a value contains is never looked at again, so that a customer's name cannot name another value.
    """
    return _VARIABLE.sub(lambda match: " ".join(values[match[1].strip()].split()), text)


def _fold(after: dict[str, Any], changes: Mapping[str, Any]) -> None:
    if "status" in changes:
        after.pop("snoozed_until", None)
    for name, value in changes.items():
        if name not in _OPPOSITE:
            after[name] = value
            continue
        folded = {word.casefold() for word in value}
        opposite = after.get(_OPPOSITE[name], [])
        after[_OPPOSITE[name]] = [word for word in opposite if word.casefold() not in folded]
        after[name] = [*after.get(name, []), *value]


def _error_of(one: Any) -> str:
    """Return what is wrong with an action, "" for nothing."""
    kind = one.get("type") if isinstance(one, Mapping) else None
    if not isinstance(kind, str) or kind not in {*_TEXTS, *_CHANGES}:
        return _("Use one of these types: %(names)s.") % {"names": ", ".join([*_TEXTS, *_CHANGES])}
    fields = {"text"} if kind in _TEXTS else _CHANGES[kind].fields
    if unknown := set(one) - fields - {"type"}:
        return _("There is no such field: %(names)s.") % {"names": ", ".join(sorted(unknown))}
    return _error_of_text(one.get("text")) if kind in _TEXTS else _CHANGES[kind].error(one)


def _error_of_text(text: Any) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > TEXT_MAX_LENGTH:
        return _("Its text has 1 to %(count)d characters.") % {"count": TEXT_MAX_LENGTH}
    unknown = {name.strip() for name in _VARIABLE.findall(text)} - set(VARIABLES)
    if unknown:
        return _("“%(name)s” is not known. There are: %(names)s.") % {
            "name": min(unknown),
            "names": ", ".join(VARIABLES),
        }
    return ""


@dataclass(frozen=True)
class _Change:
    """A type of action that changes something: its fields, what can be wrong with it, and what it comes to."""

    fields: frozenset[str]
    error: Callable[[Mapping[str, Any]], str]
    changes: Callable[[Mapping[str, Any], MacroUser], dict[str, Any]]


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


def _error_of_id(field: str, *words: str) -> Callable[[Mapping[str, Any]], str]:
    def error(one: Mapping[str, Any]) -> str:
        if field in one and (one[field] is None or one[field] in words or _is_uuid(one[field])):
            return ""
        return _("“%(field)s” must be an id or null.") % {"field": field}

    return error


def _error_of_choice(field: str, choices: Sequence[str]) -> Callable[[Mapping[str, Any]], str]:
    def error(one: Mapping[str, Any]) -> str:
        if isinstance(one.get(field), str) and one[field] in choices:
            return ""
        return _("“%(field)s” must be one of: %(names)s.") % {"field": field, "names": ", ".join(choices)}

    return error


def _error_of_tags(one: Mapping[str, Any]) -> str:
    names = one.get("tags")
    if isinstance(names, list) and names and all(isinstance(name, str) and name.strip() for name in names):
        return ""
    return _("“tags” must be a list of names.")


def _error_of_category(one: Mapping[str, Any]) -> str:
    if "category" in one and (one["category"] is None or isinstance(one["category"], str)):
        return ""
    return _("“category” must be a slug or null.")


def _error_of_snooze(one: Mapping[str, Any]) -> str:
    hours, until_reply = one.get("hours"), one.get("until_reply")
    if hours is None and until_reply is True:
        return ""
    is_number = isinstance(hours, int | float) and not isinstance(hours, bool)
    if until_reply is None and is_number and 0 < one["hours"] <= SNOOZE_HOURS_MOST:
        return ""
    return _("Give either “until_reply”: true, or “hours”, up to a year.")


def _error_of_status(one: Mapping[str, Any]) -> str:
    if one.get("status") == Status.SNOOZED:
        return _error_of_snooze(one)
    if {"hours", "until_reply"} & set(one):
        return _("Only “snoozed” has a time.")
    return _error_of_choice("status", Status.values)(one)


def _assigned(one: Mapping[str, Any], user: MacroUser) -> dict[str, Any]:
    return {"assignee_id": user.agent_id if one["agent_id"] == "me" else one["agent_id"]}


def _snoozed(one: Mapping[str, Any], user: MacroUser) -> dict[str, Any]:
    hours = one.get("hours")
    return {
        "status": Status.SNOOZED.value,
        "snoozed_until": user.now + timedelta(hours=hours) if hours is not None else None,
    }


def _with_status(one: Mapping[str, Any], user: MacroUser) -> dict[str, Any]:
    return _snoozed(one, user) if one["status"] == Status.SNOOZED else {"status": one["status"]}


_TEXTS: tuple[Literal["reply"], Literal["note"]] = ("reply", "note")
_SNOOZE_FIELDS = frozenset({"until_reply", "hours"})
_CHANGES: Mapping[str, _Change] = {
    "assign": _Change(frozenset({"agent_id"}), _error_of_id("agent_id", "me"), _assigned),
    "team": _Change(frozenset({"team_id"}), _error_of_id("team_id"), lambda one, _user: {"team_id": one["team_id"]}),
    "add_tags": _Change(frozenset({"tags"}), _error_of_tags, lambda one, _user: {"add_tags": one["tags"]}),
    "remove_tags": _Change(frozenset({"tags"}), _error_of_tags, lambda one, _user: {"remove_tags": one["tags"]}),
    "status": _Change(frozenset({"status"}) | _SNOOZE_FIELDS, _error_of_status, _with_status),
    "snooze": _Change(_SNOOZE_FIELDS, _error_of_snooze, _snoozed),
    "priority": _Change(
        frozenset({"priority"}),
        _error_of_choice("priority", Priority.values),
        lambda one, _user: {"priority": one["priority"]},
    ),
    "category": _Change(frozenset({"category"}), _error_of_category, lambda one, _user: {"category": one["category"]}),
}
