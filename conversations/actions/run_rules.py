"""Automation rules look at an event, or at a state that has lasted, and act (docs/rules.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from conversations.actions.apply_rule import ActionResult, apply_rule
from conversations.actions.keep_rule_timers import keep_rule_timers
from conversations.enums import TIMED_TRIGGERS, Folder, RuleOutcome, RuleTrigger
from conversations.models import AutomationRule, Conversation, RuleRun
from conversations.queries.rule_values import RuleGround, RuleValues
from conversations.queries.rules import active_rules, begins_with_message, conversation_of_rule, runs_since
from conversations.rules.conditions import ConditionsVerdict, evaluate_conditions, leaves_of
from conversations.rules.episodes import EPISODE_EVENTS
from conversations.rules.fields import field_of
from conversations.rules.triggers import triggers_of
from hummdesk.errors import DomainError
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent
from hummdesk.events.publishing import action
from hummdesk.logs import logger

GUARDED = timedelta(minutes=10)
RUNS_OF_RULE_MOST, RUNS_OF_ALL_MOST = 3, 20


@dataclass(frozen=True)
class RuleOccasion:
    """What a rule looks at: an event of a conversation, or the key of a state that has lasted."""

    conversation_id: UUID
    event: LoggedEvent | None = None
    episode_key: str = ""

    @property
    def event_seq(self) -> int | None:
        """The place of the event in the log, None for a state."""
        return self.event.seq if self.event is not None else None


def run_rules(event: LoggedEvent, rules: Sequence[AutomationRule] | None = None) -> int:
    """The active rules have looked at the event, in their order, each in a transaction of its own; returns how many
    matched. Timers of states that begin or end with it are kept. One query for an account without rules, none where
    the caller has read them.
    """
    rules = active_rules() if rules is None else rules
    if event.object_id is None or not rules:
        return 0
    timed = [rule for rule in rules if rule.trigger in TIMED_TRIGGERS]
    if timed and event.type in EPISODE_EVENTS:
        keep_rule_timers(conversation_ids=[event.object_id], rules=timed)
    listening = _listening(rules, event)
    return _look(listening, RuleOccasion(event.object_id, event)) if listening else 0


def _listening(rules: Sequence[AutomationRule], event: LoggedEvent) -> Sequence[AutomationRule]:
    """A rule does not answer what it did itself."""
    by_trigger = {rule.trigger for rule in rules}
    is_begin = event.type == "ConversationOpened" and RuleTrigger.MESSAGE_RECEIVED in by_trigger
    triggers = triggers_of(event, begins_with_message=is_begin and begins_with_message(event))
    own_id = event.actor_id if event.actor_kind == ActorKind.RULE else None
    return [rule for rule in rules if rule.trigger in triggers and rule.id != own_id]


def _look(rules: Sequence[AutomationRule], occasion: RuleOccasion) -> int:
    """Those that do not match cost no lock, and one statement together."""
    missed: list[RuleRun] = []
    matched = 0
    ground = RuleGround()
    values: RuleValues | None = None
    for rule in rules:
        if values is None:
            conversation = conversation_of_rule(occasion.conversation_id)
            if conversation is None:
                break
            values = RuleValues(conversation, timezone.now(), event=occasion.event, ground=ground)
        if not looks_there(rule, values.conversation):
            continue
        verdict = evaluate_conditions(rule.conditions, values)
        if not verdict.holds:
            missed.append(_run(rule, occasion, RuleOutcome.NO_MATCH, verdict))
            continue
        values = None
        outcome = _act_safely(rule, occasion)
        matched += outcome is not None
        if outcome == RuleOutcome.APPLIED and rule.stops:
            break
    RuleRun.objects.bulk_create(missed, ignore_conflicts=True)
    return matched


def _act_safely(rule: AutomationRule, occasion: RuleOccasion) -> RuleOutcome | None:
    try:
        return act_by_rule(rule=rule, occasion=occasion)
    except Exception as error:  # the rim: one rule that breaks does not keep the next ones from their work
        logger.error("rule_broke", rule_id=str(rule.id), event_seq=occasion.event_seq, error=type(error).__name__)
        return None


@action
def act_by_rule(*, rule: AutomationRule, occasion: RuleOccasion) -> RuleOutcome | None:
    """The rule has done what it does, if its conditions still hold, and its log says so; return what came of it.

    None where it has looked at this before, or the conversation has gone. Locks the conversation. Publishes: what
    `apply_rule` does.
    """
    conversation = conversation_of_rule(occasion.conversation_id, lock=True)
    if conversation is None or not looks_there(rule, conversation) or _has_looked(rule, occasion):
        return None
    values = RuleValues(conversation, timezone.now(), event=occasion.event)
    verdict = evaluate_conditions(rule.conditions, values)
    results: Sequence[Mapping[str, Any]] = []
    if not verdict.holds:
        outcome, why = RuleOutcome.NO_MATCH, ""
    elif _goes_in_circles(rule, conversation, values.at):
        outcome, why = RuleOutcome.CUT, ""
    else:
        outcome, why, results = applied_with_log(rule, conversation)
    _run(rule, occasion, outcome, verdict, results, why=why).save(force_insert=True)
    return outcome


def applied_with_log(
    rule: AutomationRule, conversation: Conversation
) -> tuple[RuleOutcome, str, Sequence[Mapping[str, Any]]]:
    """The rule has done all it does with the locked conversation, or nothing; return what came of it, why it failed,
    and each action with what it did, as the log keeps it. In an action.
    """
    try:
        with transaction.atomic():
            results = apply_rule(rule, conversation)
    except DomainError as error:
        texts = [text for texts in error.errors.values() for text in texts]
        return RuleOutcome.FAILED, " ".join(texts) or str(error.detail), []
    is_done = any(one.done for one in results)
    return (RuleOutcome.APPLIED if is_done else RuleOutcome.NOTHING), "", _told(rule, results)


def _told(rule: AutomationRule, results: Sequence[ActionResult]) -> Sequence[Mapping[str, Any]]:
    return [{**one, "done": result.done, "why": result.why} for one, result in zip(rule.actions, results, strict=True)]


def looks_there(rule: AutomationRule, conversation: Conversation) -> bool:
    """Return whether the rule looks at the folder: out of the inbox only if it asks for the folder."""
    if conversation.folder == Folder.INBOX:
        return True
    return any(leaf.field.name == "folder" for leaf in leaves_of(rule.conditions))


def _has_looked(rule: AutomationRule, occasion: RuleOccasion) -> bool:
    runs = RuleRun.objects.filter(rule=rule, conversation_id=occasion.conversation_id)
    return runs.filter(event_seq=occasion.event_seq, episode_key=occasion.episode_key).exists()


def _goes_in_circles(rule: AutomationRule, conversation: Conversation, now: datetime) -> bool:
    of_rule, of_all = runs_since(rule, conversation, now - GUARDED)
    return of_rule >= RUNS_OF_RULE_MOST or of_all >= RUNS_OF_ALL_MOST


def _run(
    rule: AutomationRule,
    occasion: RuleOccasion,
    outcome: RuleOutcome,
    verdict: ConditionsVerdict,
    results: Sequence[Mapping[str, Any]] = (),
    *,
    why: str = "",
) -> RuleRun:
    details: dict[str, Any] = {
        "conditions": conditions_for_log(verdict),
        "actions": list(results),
    }
    if why:
        details["why"] = why
    return RuleRun(
        rule=rule,
        conversation_id=occasion.conversation_id,
        event_seq=occasion.event_seq,
        episode_key=occasion.episode_key,
        outcome=outcome,
        details=details,
    )


def conditions_for_log(verdict: ConditionsVerdict, *, shows_private: bool = False) -> list[dict[str, Any]]:
    """Return the comparisons as the log keeps them: what people wrote, and their addresses, are left out."""
    kept = []
    for leaf in verdict.leaves:
        field = field_of(leaf.field)
        is_hidden = not shows_private and (field is None or field.is_private)
        told = asdict(leaf)
        if is_hidden:
            del told["found"]
        kept.append(told)
    return kept
