"""States that may last have timers: a row for each rule that waits for them, cancelled when the state ends."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from conversations.enums import TIMED_TRIGGERS, TimerState
from conversations.models import AutomationRule, RuleTimer
from conversations.queries.rule_timers import conversations_that_may_be, episode_facts
from conversations.rules.episodes import EpisodeFacts, episode_of
from hummdesk.events.publishing import action

BATCH_SIZE = 500


@action
def keep_rule_timers(*, conversation_ids: Sequence[UUID], rules: Sequence[AutomationRule]) -> None:
    """Each of these rules of time waits for the state that each conversation is in now, and for no state that is over.

    What a rule has acted on it does not wait for again. At most five statements.
    """
    facts = episode_facts(conversation_ids)
    wanted = list(_timers(facts, rules))
    keys = Q(pk__in=[])
    for timer in wanted:
        keys |= Q(rule_id=timer.rule_id, conversation_id=timer.conversation_id, episode_key=timer.episode_key)
    timers = RuleTimer.objects.filter(rule__in=rules, conversation_id__in=conversation_ids)
    timers.filter(state=TimerState.WAITING).exclude(keys).update(state=TimerState.CANCELLED)
    if wanted:
        timers.filter(keys, state=TimerState.CANCELLED).update(state=TimerState.WAITING)
        RuleTimer.objects.bulk_create(wanted, ignore_conflicts=True)


def _timers(facts: Mapping[UUID, EpisodeFacts], rules: Sequence[AutomationRule]) -> Iterator[RuleTimer]:
    for conversation_id, fact in facts.items():
        for rule in rules:
            episode = episode_of(rule.trigger, fact)
            if episode is not None:
                due_at = episode.began_at + timedelta(seconds=rule.delay_s or 0)
                yield RuleTimer(rule=rule, conversation_id=conversation_id, episode_key=episode.key, due_at=due_at)


def give_rule_timers(rule_id: UUID) -> int:
    """The rule waits for all states that last already; returns how many conversations were looked at."""
    rule = AutomationRule.objects.filter(id=rule_id, is_active=True, trigger__in=TIMED_TRIGGERS).first()
    if rule is None:
        return 0
    looked_at, after = 0, None
    while ids := conversations_that_may_be(rule.trigger, after=after, limit=BATCH_SIZE):
        keep_rule_timers(conversation_ids=ids, rules=[rule])
        looked_at, after = looked_at + len(ids), ids[-1]
    return looked_at
