"""Whether a rule can be kept, and whether rules set each other off."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from conversations.enums import TIMED_TRIGGERS, RuleTrigger, Status
from conversations.rules.actions import check_rule_actions, rule_actions
from conversations.rules.conditions import Errors, check_conditions, may_hold
from conversations.rules.fields import AFTER, FIELD_OF_TRIGGER

NAME_MOST = 80
DELAY_LEAST_S, DELAY_MOST_S = 60, 366 * 24 * 3600
CONDITIONS_MOST_CHARS = 40_000
_TRIGGER_OF_FIELD = {field: trigger for trigger, field in FIELD_OF_TRIGGER.items()}
# The parameter that says what an action sets its field to.
_VALUE_OF = {
    "assign": "agent_id",
    "assign_team": "team_id",
    "set_priority": "priority",
    "set_status": "status",
    "set_category": "category",
}


def check_rule(fields: Mapping[str, Any]) -> Errors:
    """Return what is wrong with a whole rule, by path such as `conditions.all.0.value`; nothing for one to keep.

    Fields: name, trigger, delay_s, conditions, actions. Whether what it names exists is not asked here.
    """
    errors = _errors_of_name(fields.get("name")) | _errors_of_trigger(fields)
    conditions, actions = fields.get("conditions", {}), fields.get("actions", [])
    trigger = "" if "trigger" in errors else str(fields.get("trigger"))
    errors |= check_conditions(conditions, trigger=trigger)
    if len(json.dumps(conditions, default=str)) > CONDITIONS_MOST_CHARS:
        errors = {"conditions": [_("There is too much in these conditions.")]}
    errors |= check_rule_actions(actions)
    if errors:
        return errors
    if sets_off(actions, trigger, conditions):
        text = _("This rule would set itself off: it changes what it listens to. Add a condition that is false then.")
        return {"actions": [text]}
    return {}


def sets_off(actions: Sequence[Mapping[str, Any]], trigger: str, conditions: Mapping[str, Any]) -> bool:
    """Return whether what checked actions do can make a rule with this trigger and these conditions act."""
    known = _known_after(actions)
    return any(
        _TRIGGER_OF_FIELD.get(rule_actions()[one["type"]].sets) == trigger and may_hold(conditions, known)
        for one in actions
    )


def _known_after(actions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what fields are for certain after these actions."""
    known: dict[str, Any] = {"actor": "rule"}
    for one in actions:
        field = rule_actions()[one["type"]].sets
        if one["type"] == "snooze":
            known[field] = known[AFTER + field] = Status.SNOOZED.value
        elif one["type"] in _VALUE_OF:
            known[field] = known[AFTER + field] = one[_VALUE_OF[one["type"]]]
        elif field == "tags":
            # Which tags there are besides is not known.
            put_on = one["tags"] if one["type"] == "add_tags" else []
            known[AFTER + field] = [*known.get(AFTER + field, []), *put_on]
    return known


def _errors_of_name(name: Any) -> Errors:
    if isinstance(name, str) and 1 <= len(name.strip()) <= NAME_MOST and "\x00" not in name:
        return {}
    return {"name": [_("A name has 1 to %(count)d characters.") % {"count": NAME_MOST}]}


def _errors_of_trigger(fields: Mapping[str, Any]) -> Errors:
    trigger, delay_s = fields.get("trigger"), fields.get("delay_s")
    if not isinstance(trigger, str) or trigger not in RuleTrigger.values:
        return {"trigger": [_("Use one of: %(names)s.") % {"names": ", ".join(RuleTrigger.values)}]}
    if trigger not in TIMED_TRIGGERS:
        return {} if delay_s is None else {"delay_s": [_("Only a state that lasts has a time.")]}
    is_number = isinstance(delay_s, int) and not isinstance(delay_s, bool)
    if is_number and DELAY_LEAST_S <= fields["delay_s"] <= DELAY_MOST_S:
        return {}
    return {"delay_s": [_("Say for how long: from one minute to a year.")]}
