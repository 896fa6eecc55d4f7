"""Automation rules are kept: those who may manage them make, change, order, switch and delete them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.actions.save_tag import find_or_create_tags
from conversations.enums import TIMED_TRIGGERS, TimerState
from conversations.errors import TooManyRules
from conversations.models import AutomationRule, RuleTimer
from conversations.queries.rules import get_rule, lock_rules, mentions_of_nothing, rules_in_order
from conversations.rules.checks import check_rule, sets_off
from conversations.rules.conditions import Errors
from conversations.rules.events import AutomationRuleDeleted, AutomationRuleSaved
from conversations.rules.fields import FieldType
from conversations.rules.mentions import Mention, mentions_in
from hummdesk.errors import ValidationFailed
from hummdesk.events.publishing import action, publish
from hummdesk.versions import IT_HAS_CHANGED, require_version
from teams.access import Viewer

RULES_MOST = 100
_CHECKED = ("name", "trigger", "delay_s", "conditions", "actions")
_SWITCHES = ("is_active", "stops")
# What a state that lasts is looked at by: when one of these changes, its timers are made anew.
_OF_TIMERS = ("trigger", "delay_s", "is_active")


@action
def create_rule(*, viewer: Viewer, fields: Mapping[str, Any]) -> AutomationRule:
    """There is a new rule, the last one. Fields: name, trigger, delay_s, conditions, actions, stops, is_active.

    Raises: PermissionDenied, TooManyRules, ValidationFailed whose keys are paths such as `conditions.all.0.value`.
    Publishes: AutomationRuleSaved.
    """
    viewer.require(Permission.MANAGE_AUTOMATIONS)
    lock_rules()
    others = rules_in_order()
    if len(others) >= RULES_MOST:
        raise TooManyRules
    rule = AutomationRule(position=others[-1].position + 1 if others else 0)
    _fill(rule, {"conditions": {}, "actions": [], **fields}, others)
    rule.save(force_insert=True)
    _tell(viewer, rule, moves_timers=True)
    return rule


@action
def change_rule(
    *, viewer: Viewer, rule_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> AutomationRule:
    """The rule has these values, the fields being those of `create_rule`. What waited for its time by other ones does
    not any more. Locks it.

    Raises: NotFound, PermissionDenied, ValidationFailed, Conflict for a stale version. Publishes: AutomationRuleSaved.
    """
    viewer.require(Permission.MANAGE_AUTOMATIONS)
    lock_rules()
    rule = get_rule(viewer, rule_id, lock=True)
    require_version(version, rule.version, IT_HAS_CHANGED)
    before = [getattr(rule, name) for name in _OF_TIMERS]
    if "trigger" in changes and changes["trigger"] not in TIMED_TRIGGERS and "delay_s" not in changes:
        changes = {**changes, "delay_s": None}
    _fill(rule, changes, [one for one in rules_in_order() if one.id != rule.id])
    rule.version += 1
    rule.save()
    moves_timers = before != [getattr(rule, name) for name in _OF_TIMERS]
    if moves_timers:
        RuleTimer.objects.filter(rule=rule, state=TimerState.WAITING).delete()
    _tell(viewer, rule, moves_timers=moves_timers)
    return rule


@action
def delete_rule(*, viewer: Viewer, rule_id: UUID) -> None:
    """The rule is gone, with its log and what waited for its time; what it did stays.

    Raises: NotFound, PermissionDenied. Publishes: AutomationRuleDeleted.
    """
    lock_rules()
    rule = get_rule(viewer, rule_id, lock=True)
    rule.delete()
    publish(AutomationRuleDeleted(actor=viewer.actor, rule_id=rule_id, name=rule.name))


@action
def move_rule(*, viewer: Viewer, rule_id: UUID, position: int) -> Sequence[AutomationRule]:
    """The rule stands at this place, counted from 0, or the last one; return all in their order.

    Raises: NotFound, PermissionDenied.
    """
    lock_rules()
    moved = get_rule(viewer, rule_id, lock=True)
    order = [one for one in rules_in_order() if one.id != moved.id]
    order.insert(max(0, position), moved)
    for place, rule in enumerate(order):
        rule.position = place
    AutomationRule.objects.bulk_update(order, ["position"])
    return order


def _fill(rule: AutomationRule, changes: Mapping[str, Any], others: Sequence[AutomationRule]) -> None:
    fields = {name: changes.get(name, getattr(rule, name)) for name in _CHECKED}
    errors = check_rule(fields)
    if not errors:
        fields["name"] = " ".join(fields["name"].split())
        if any(one.name.lower() == fields["name"].lower() for one in others):
            errors["name"] = [_("There is a rule of this name already.")]
        mentions = list(mentions_in(fields["conditions"], fields["actions"]))
        errors |= _errors_of_missing(mentions)
    if errors:
        raise ValidationFailed(errors=errors)
    find_or_create_tags(tag for one in fields["actions"] if one["type"] == "add_tags" for tag in one["tags"])
    for name, value in fields.items():
        setattr(rule, name, value)
    for name in _SWITCHES:
        setattr(rule, name, bool(changes.get(name, getattr(rule, name))))
    if rule.is_active:
        _refuse_ping_pong(rule, others)


def _errors_of_missing(mentions: Sequence[Mention]) -> Errors:
    return {one.path: [_("This is not there any more. Choose another one.")] for one in mentions_of_nothing(mentions)}


def _refuse_ping_pong(rule: AutomationRule, others: Sequence[AutomationRule]) -> None:
    for other in others:
        answers = other.is_active and sets_off(rule.actions, other.trigger, other.conditions)
        if answers and sets_off(other.actions, rule.trigger, rule.conditions):
            text = _(
                "This rule and “%(name)s” would set each other off again and again. "
                "Add a condition to one of them, such as who did it."
            )
            raise ValidationFailed(errors={"actions": [text % {"name": other.name}]})


def _tell(viewer: Viewer, rule: AutomationRule, *, moves_timers: bool) -> None:
    mentions = list(mentions_in(rule.conditions, rule.actions))
    publish(
        AutomationRuleSaved(
            actor=viewer.actor,
            rule_id=rule.id,
            gives_timers=moves_timers and rule.is_active and rule.trigger in TIMED_TRIGGERS,
            template_ids={one.path: one.value for one in mentions if one.type == FieldType.TEMPLATE},
            mailbox_ids={one.path: one.value for one in mentions if one.type == FieldType.MAILBOX},
        )
    )
