"""The then of a rule: what rules can do, in which shapes, and what of a conversation that changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.enums import Status
from conversations.rules.conditions import Errors, error_of_value, is_id
from conversations.rules.fields import FieldType

ACTIONS_MOST = 10
TAGS_MOST, TAG_MAX_LENGTH, AGENTS_MOST = 10, 50, 20
NOTE_MOST, NOTICE_MOST = 2_000, 200
SNOOZE_HOURS_MOST = 366 * 24
_IDS = (
    FieldType.AGENT,
    FieldType.TEAM,
    FieldType.TEMPLATE,
    FieldType.WEBHOOK,
    FieldType.SLA_POLICY,
)


@dataclass(frozen=True)
class RuleParam:
    """One value that an action needs, or may have; `may_be_none`: null says nobody or nothing. `most` is its size."""

    name: str
    label: str | Promise
    type: FieldType
    is_needed: bool = True
    may_be_none: bool = False
    most: int = 0


@dataclass(frozen=True)
class RuleAction:
    """One thing that rules can do. `sets`: the field of the conversation that is different afterwards, "" for none."""

    type: str
    label: str | Promise
    params: tuple[RuleParam, ...] = ()
    sets: str = ""


_ACTIONS = (
    RuleAction(
        "assign",
        gettext_lazy("Assign to"),
        (RuleParam("agent_id", gettext_lazy("Agent"), FieldType.AGENT, may_be_none=True),),
        "assignee",
    ),
    RuleAction(
        "assign_team",
        gettext_lazy("Move to the team"),
        (RuleParam("team_id", gettext_lazy("Team"), FieldType.TEAM, may_be_none=True),),
        "team",
    ),
    RuleAction("route", gettext_lazy("Find an agent in its team"), sets="assignee"),
    RuleAction(
        "add_tags",
        gettext_lazy("Add tags"),
        (RuleParam("tags", gettext_lazy("Tags"), FieldType.TAGS, most=TAGS_MOST),),
        "tags",
    ),
    RuleAction(
        "remove_tags",
        gettext_lazy("Remove tags"),
        (RuleParam("tags", gettext_lazy("Tags"), FieldType.TAGS, most=TAGS_MOST),),
        "tags",
    ),
    RuleAction(
        "set_priority",
        gettext_lazy("Set the priority to"),
        (RuleParam("priority", gettext_lazy("Priority"), FieldType.PRIORITY),),
        "priority",
    ),
    RuleAction(
        "set_status",
        gettext_lazy("Set the status to"),
        (RuleParam("status", gettext_lazy("Status"), FieldType.STATUS),),
        "status",
    ),
    RuleAction(
        "set_category",
        gettext_lazy("Set the category to"),
        (RuleParam("category", gettext_lazy("Category"), FieldType.CATEGORY, may_be_none=True),),
        "category",
    ),
    RuleAction(
        "snooze",
        gettext_lazy("Snooze"),
        (
            RuleParam("hours", gettext_lazy("For hours"), FieldType.NUMBER, is_needed=False, most=SNOOZE_HOURS_MOST),
            RuleParam("until_reply", gettext_lazy("Until the customer writes"), FieldType.FLAG, is_needed=False),
        ),
        "status",
    ),
    RuleAction(
        "reply_template",
        gettext_lazy("Send the template"),
        (RuleParam("template_id", gettext_lazy("Template"), FieldType.TEMPLATE),),
    ),
    RuleAction(
        "note",
        gettext_lazy("Leave a note"),
        (RuleParam("text", gettext_lazy("Text"), FieldType.TEXT, most=NOTE_MOST),),
    ),
    RuleAction(
        "notify",
        gettext_lazy("Tell agents"),
        (
            RuleParam("agent_ids", gettext_lazy("Agents"), FieldType.AGENTS, is_needed=False, most=AGENTS_MOST),
            RuleParam("text", gettext_lazy("Text"), FieldType.TEXT, is_needed=False, most=NOTICE_MOST),
        ),
    ),
    RuleAction(
        "webhook",
        gettext_lazy("Call the webhook"),
        (RuleParam("webhook_id", gettext_lazy("Webhook"), FieldType.WEBHOOK),),
    ),
    RuleAction(
        "set_sla",
        gettext_lazy("Promise by the policy"),
        (RuleParam("policy_id", gettext_lazy("SLA policy"), FieldType.SLA_POLICY, may_be_none=True),),
        "sla_policy",
    ),
)


@cache
def rule_actions() -> Mapping[str, RuleAction]:
    """Return what rules can do, by type, in the order in which pages offer it."""
    return MappingProxyType({one.type: one for one in _ACTIONS})


def check_rule_actions(actions: Any) -> Errors:
    """Return what is wrong, by path such as `actions.0.team_id`; whether rows exist is not asked."""
    if not isinstance(actions, list) or not 1 <= len(actions) <= ACTIONS_MOST:
        return {"actions": [_("A rule does 1 to %(count)d things.") % {"count": ACTIONS_MOST}]}
    errors: Errors = {}
    for place, one in enumerate(actions):
        errors |= _errors_of_action(one, f"actions.{place}")
    return errors or _errors_together(actions)


def action_changes(actions: Sequence[Mapping[str, Any]], *, now: datetime) -> dict[str, Any]:
    """Return what checked actions change, in the words of `change_conversation`; of two alike the later one counts."""
    after: dict[str, Any] = {}
    for one in actions:
        match one["type"]:
            case "assign":
                after["assignee_id"] = one["agent_id"]
            case "assign_team":
                after["team_id"] = one["team_id"]
            case "set_priority":
                after["priority"] = one["priority"]
            case "set_category":
                after["category"] = one["category"]
            case "set_sla":
                after["sla_policy_id"] = one["policy_id"]
            case "set_status" | "snooze":
                after.pop("snoozed_until", None)
                after |= _status_after(one, now)
            case "add_tags" | "remove_tags":
                _fold_tags(after, one["type"], one["tags"])
    return {name: value for name, value in after.items() if name not in _OPPOSITE or value}


_OPPOSITE = {"add_tags": "remove_tags", "remove_tags": "add_tags"}


def _status_after(one: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    if one["type"] == "set_status":
        return {"status": one["status"]}
    hours = one.get("hours")
    until = now + timedelta(hours=hours) if hours is not None else None
    return {"status": Status.SNOOZED.value, "snoozed_until": until}


def _fold_tags(after: dict[str, Any], name: str, tags: Sequence[str]) -> None:
    folded = {word.casefold() for word in tags}
    opposite = after.get(_OPPOSITE[name], [])
    after[_OPPOSITE[name]] = [word for word in opposite if word.casefold() not in folded]
    after[name] = [*after.get(name, []), *tags]


def _errors_of_action(one: Any, path: str) -> Errors:
    kind = one.get("type") if isinstance(one, Mapping) else None
    action = rule_actions().get(kind) if isinstance(kind, str) else None
    if action is None:
        return {path: [_("Choose what is to be done.")]}
    if unknown := set(one) - {param.name for param in action.params} - {"type"}:
        names = ", ".join(sorted(map(str, unknown)))[:200]
        return {path: [_("There is no such field: %(names)s.") % {"names": names}]}
    errors = {f"{path}.{param.name}": [text] for param in action.params if (text := _error_of_param(one, param))}
    if not errors and kind == "snooze" and (one.get("hours") is None) is not (one.get("until_reply") is True):
        return {path: [_("Say for how many hours, or until the customer writes.")]}
    if not errors and kind == "set_status" and one["status"] == Status.SNOOZED:
        return {f"{path}.status": [_("Use the action that snoozes: it says until when.")]}
    return errors


def _error_of_param(one: Mapping[str, Any], param: RuleParam) -> str:
    value = one.get(param.name)
    if value is None and (not param.is_needed or (param.may_be_none and param.name in one)):
        return ""
    if param.type in _IDS:
        return "" if is_id(value) else _("Choose one.")
    check = _CHECKS.get(param.type)
    return check(value, param.most) if check else error_of_value(param.type, value)


def _error_of_agents(ids: Any, most: int) -> str:
    is_list = isinstance(ids, list) and len(ids) <= most and all(map(is_id, ids))
    return "" if is_list else _("Choose at most %(count)d agents.") % {"count": most}


def _error_of_text(text: Any, most: int) -> str:
    is_text = isinstance(text, str) and text.strip() and "\x00" not in text and len(text) <= most
    return "" if is_text else _("Its text has 1 to %(count)d characters.") % {"count": most}


def _error_of_number(value: Any, most: int) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= most
    return "" if is_number else _("Use a number up to %(most)d.") % {"most": most}


def _error_of_tags(names: Any, most: int) -> str:
    if not isinstance(names, list) or not 1 <= len(names) <= most:
        return _("Choose 1 to %(count)d tags.") % {"count": most}
    if not all(isinstance(name, str) and name.strip() and len(name) <= TAG_MAX_LENGTH for name in names):
        return _("A tag has 1 to %(count)d characters.") % {"count": TAG_MAX_LENGTH}
    return _("A tag can't have this character.") if any("\x00" in name for name in names) else ""


_CHECKS: Mapping[FieldType, Callable[[Any, int], str]] = {
    FieldType.TAGS: _error_of_tags,
    FieldType.AGENTS: _error_of_agents,
    FieldType.TEXT: _error_of_text,
    FieldType.NUMBER: _error_of_number,
}


def _errors_together(actions: Sequence[Mapping[str, Any]]) -> Errors:
    """Of what can only be one way, the second would undo the first; and one mail is enough."""
    errors: Errors = {}
    seen: dict[str, int] = {}
    for place, one in enumerate(actions):
        sets = rule_actions()[one["type"]].sets
        key = "" if sets == "tags" or one["type"] in ("note", "notify", "webhook") else sets or one["type"]
        if key and key in seen:
            text = _("Action %(number)d does the same thing in another way already.") % {"number": seen[key] + 1}
            errors[f"actions.{place}"] = [text]
        seen.setdefault(key, place)
    return errors
