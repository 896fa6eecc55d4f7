"""Rules act on states that have lasted; what the log need not keep goes."""

import time
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from conversations.actions.run_rules import RuleOccasion, act_by_rule
from conversations.enums import RuleOutcome, TimerState
from conversations.models import RuleRun, RuleTimer
from conversations.queries.rule_timers import episode_facts, timers_due
from conversations.rules.episodes import episode_of
from hummdesk.events.publishing import action
from hummdesk.logs import logger

AT_ONCE = 200
# The next sweep goes on with what is left.
LASTS_S = 20
KEPT_MISSES, KEPT = timedelta(days=7), timedelta(days=90)
# What a rule has acted on stays known for longer than a state lasts in practice.
KEPT_TIMERS = timedelta(days=400)


def run_rule_timers() -> int:
    """Rules whose time has come have acted, or their state was over; returns how many timers are done with."""
    until, done = time.monotonic() + LASTS_S, 0
    while time.monotonic() < until and (ids := timers_due(timezone.now(), AT_ONCE)):
        done += sum(map(_run_safely, ids))
    return done


def _run_safely(timer_id: UUID) -> bool:
    try:
        return run_rule_timer(timer_id=timer_id)
    except Exception as error:  # the rim: one that breaks does not hold up the others; it is not tried again
        logger.error("rule_timer_broke", timer_id=str(timer_id), error=type(error).__name__)
        RuleTimer.objects.filter(id=timer_id, state=TimerState.WAITING).update(state=TimerState.CANCELLED)
        return False


@action
def run_rule_timer(*, timer_id: UUID) -> bool:
    """The rule has acted if the state that it waits for is still the same one; return whether this was the one who
    took the timer. Publishes: what `act_by_rule` does.
    """
    waiting = RuleTimer.objects.filter(id=timer_id, state=TimerState.WAITING, due_at__lte=timezone.now())
    if not waiting.update(state=TimerState.DONE):
        return False
    timer = RuleTimer.objects.select_related("rule").get(id=timer_id)
    facts = episode_facts([timer.conversation_id]).get(timer.conversation_id)
    episode = episode_of(timer.rule.trigger, facts) if facts else None
    if not timer.rule.is_active or episode is None or episode.key != timer.episode_key:
        RuleTimer.objects.filter(id=timer_id).update(state=TimerState.CANCELLED)
        return True
    act_by_rule(rule=timer.rule, occasion=RuleOccasion(timer.conversation_id, episode_key=episode.key))
    return True


@action
def purge_rule_runs() -> int:
    """What did not match is gone after a week, what did after 90 days, and old timers; returns how many rows went."""
    now = timezone.now()
    misses = RuleRun.objects.filter(at__lt=now - KEPT_MISSES, outcome=RuleOutcome.NO_MATCH)
    rest = RuleRun.objects.filter(at__lt=now - KEPT)
    over = RuleTimer.objects.filter(due_at__lt=now - KEPT, state=TimerState.CANCELLED)
    done = RuleTimer.objects.filter(due_at__lt=now - KEPT_TIMERS, state=TimerState.DONE)
    return sum(rows.delete()[0] for rows in (misses, rest, over, done))
