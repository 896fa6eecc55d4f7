"""What people did with a conversation within a day after a rule would have acted on it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from conversations.models import AutomationRule
from conversations.queries.past_values import PastValues
from conversations.queries.rule_values import RuleGround
from conversations.rules.actions import rule_actions
from conversations.rules.triggers import CHANGED_BY_EVENT
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent

# A person who sets the same thing within this time has judged what there was.
JUDGED_WITHIN = timedelta(days=1)


def wishes_of(rule: AutomationRule) -> Mapping[str, Any]:
    """Return what the rule sets: values by field, and under `add_tags` and `remove_tags` the names."""
    wishes: dict[str, Any] = {}
    for one in rule.actions:
        action = rule_actions()[one["type"]]
        if one["type"] in ("add_tags", "remove_tags"):
            wishes[one["type"]] = frozenset(one["tags"])
        elif action.sets in ("assignee", "team", "priority", "status", "category") and one["type"] != "route":
            wishes[action.sets] = one[action.params[0].name] if one["type"] != "snooze" else "snoozed"
    return wishes


def done_otherwise(wishes: Mapping[str, Any], values: PastValues) -> Mapping[str, Any] | None:
    """Return what a person did otherwise within a day, the first of it: `field`, `set`, `did`, `by`, `did_at`."""
    for later in reversed(values.later):
        is_by_person = later.actor_kind == ActorKind.AGENT and later.at <= values.at + JUDGED_WITHIN
        told = _told_otherwise(wishes, later, values.ground) if is_by_person else None
        if told is not None:
            name, wanted, did = told
            by = {"by": str(later.actor_id), "did_at": later.at.isoformat()}
            return {"field": name, "set": wanted, "did": did, **by}
    return None


def _told_otherwise(wishes: Mapping[str, Any], later: LoggedEvent, ground: RuleGround) -> tuple[str, Any, Any] | None:
    if later.type not in CHANGED_BY_EVENT:
        return None
    name, _before, after = CHANGED_BY_EVENT[later.type]
    if name == "tags":
        taken = wishes.get("add_tags", frozenset()) & set(later.data["removed"])
        put = wishes.get("remove_tags", frozenset()) & set(later.data["added"])
        return (name, sorted(taken or put), "removed" if taken else "added") if taken or put else None
    did = later.data[after]
    if name == "category" and did:
        did = ground.slugs.get(did)
    return (name, wishes[name], did) if name in wishes and wishes[name] != did else None
