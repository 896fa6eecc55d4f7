"""Rules are tried without consequences: on one conversation as it is now, and on what has happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.actions.run_rules import applied_with_log, conditions_for_log, looks_there
from conversations.enums import BacktestState
from conversations.errors import MergedAway
from conversations.models import AutomationRule, RuleBacktest
from conversations.queries.backtest import backtest_steps
from conversations.queries.rule_values import RuleValues
from conversations.queries.rules import conversation_of_rule, get_rule, newest_event_of_rule
from conversations.rules.conditions import evaluate_conditions
from conversations.rules.events import RuleBacktestAsked
from hummdesk.errors import NotFound
from hummdesk.events.publishing import action, publish
from hummdesk.logs import logger
from teams.access import Viewer


@dataclass
class _Undone(Exception):
    """Ends the transaction of a dry run; carries what it found."""

    found: Mapping[str, Any]


def dry_run(*, viewer: Viewer, rule_id: UUID, conversation_id: UUID | int | str) -> Mapping[str, Any]:
    """Return what the rule would make of the conversation now, with the newest event of its trigger there, if any:
    `{matches, why, event_seq, conditions, actions}`, the last two as a run's details.

    It does what the rule does and takes all of it back. Locks the conversation for that moment.
    Raises: NotFound, PermissionDenied, MergedAway.
    """
    rule = get_rule(viewer, rule_id)
    conversation = get_conversation_for(viewer, conversation_id)
    try:
        _try(rule, conversation.id)
    except _Undone as undone:
        return undone.found
    raise MergedAway


@action
def _try(rule: AutomationRule, conversation_id: UUID) -> None:
    conversation = conversation_of_rule(conversation_id, lock=True)
    if conversation is None:
        raise MergedAway
    event = newest_event_of_rule(rule, conversation_id)
    verdict = evaluate_conditions(rule.conditions, RuleValues(conversation, timezone.now(), event=event))
    is_there = looks_there(rule, conversation)
    matches = is_there and verdict.holds
    _outcome, why, results = applied_with_log(rule, conversation) if matches else (None, "", [])
    if not is_there:
        why = _("Rules leave spam and trash alone, unless their conditions ask for the folder.")
    raise _Undone(
        {
            "matches": matches,
            "why": why,
            "event_seq": event.seq if event else None,
            "conditions": conditions_for_log(verdict, shows_private=True),
            "actions": results,
        }
    )


@action
def start_backtest(*, viewer: Viewer, rule_id: UUID) -> RuleBacktest:
    """The rule is about to be tried on the events of the last 30 days; `backtest_of` has the result.

    One that is under way already stops. Raises: NotFound, PermissionDenied. Publishes: RuleBacktestAsked.
    """
    rule = get_rule(viewer, rule_id)
    test, _is_new = RuleBacktest.objects.update_or_create(
        rule=rule,
        defaults={"state": BacktestState.QUEUED, "version": rule.version, "asked_at": timezone.now(), "result": {}},
    )
    publish(RuleBacktestAsked(actor=viewer.actor, rule_id=rule.id))
    return test


@action
def stop_backtest(*, viewer: Viewer, rule_id: UUID) -> RuleBacktest:
    """The backtest under way is to go no further; one that is over stays as it is.

    Raises: PermissionDenied, NotFound, also where none was asked for.
    """
    test = backtest_of(viewer, rule_id)
    if test is None:
        raise NotFound
    under_way = RuleBacktest.objects.filter(id=test.id, state__in=[BacktestState.QUEUED, BacktestState.RUNNING])
    under_way.update(state=BacktestState.STOPPED)
    test.refresh_from_db()
    return test


def run_backtest(rule_id: UUID) -> bool:
    """The backtest that was asked for is done; returns whether this was the one to do it. Writes its row alone.

    After each step the row says how far it is, unless it was stopped, or asked for anew: then nobody waits for this.
    """
    test = RuleBacktest.objects.select_related("rule").filter(rule_id=rule_id, state=BacktestState.QUEUED).first()
    if test is None:
        return False
    mine = RuleBacktest.objects.filter(id=test.id, asked_at=test.asked_at)
    running = mine.filter(state=BacktestState.RUNNING)
    if not mine.filter(state=BacktestState.QUEUED).update(state=BacktestState.RUNNING):
        return False
    try:
        for tally in backtest_steps(test.rule, timezone.now()):
            if not running.update(result=tally.progress()):
                return True
    except Exception as error:  # the rim: whoever waits for the result is told that there is none
        logger.error("backtest_failed", rule_id=str(rule_id), error=type(error).__name__)
        running.update(state=BacktestState.FAILED)
        return True
    running.update(state=BacktestState.DONE, result=tally.stored())
    return True


def backtest_of(viewer: Viewer, rule_id: UUID) -> RuleBacktest | None:
    """Return the newest backtest of a rule, None where none was asked for. Raises: NotFound, PermissionDenied."""
    viewer.require(Permission.MANAGE_AUTOMATIONS)
    return RuleBacktest.objects.filter(rule=get_rule(viewer, rule_id)).first()
