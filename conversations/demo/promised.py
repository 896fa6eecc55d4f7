"""Clocks for the newest of the demo's conversations, some running, paused, warned of and late."""

from datetime import datetime, timedelta

from conversations.clock_plans import newest_due_at, next_due_at, plan_clocks
from conversations.enums import UNFINISHED, ClockKind
from conversations.models import Conversation, SlaClock
from conversations.models.conversation import IN_INBOX
from conversations.queries.promises import facts_of, policy_with_hours, promised_conversations, terms_of

# Whoever wrote before that would be late for weeks, and the list all red.
PROMISED_SINCE = timedelta(days=4)
PROMISED_MOST = 300


def promise_demo_times(now: datetime) -> int:
    """The newest unfinished conversations have the clocks of their policy; returns how many conversations that are.

    What was near or over by `now` is marked, and nobody is told: nothing has happened just now.
    """
    recent = promised_conversations().filter(IN_INBOX, status__in=UNFINISHED, created_at__gte=now - PROMISED_SINCE)
    rows = list(recent.filter(sla_clocks=None).order_by("-created_at")[:PROMISED_MOST])
    facts, clocks = facts_of(rows), list[SlaClock]()
    policies = {id_: terms_of(policy_with_hours(id_)) for id_ in {row.chosen_policy_id for row in rows}}
    for row in rows:
        plan = plan_clocks(row, facts[row.id], (), policy=policies[row.chosen_policy_id], now=now)
        for clock in plan.rows:
            _ring(clock, now)
        clocks += plan.rows
        _show(row, plan.rows)
    SlaClock.objects.bulk_create(clocks)
    shown = ["sla_policy", "first_response_due_at", "resolution_due_at", "sla_due_at", "sla_breached_at"]
    Conversation.objects.bulk_update(rows, shown, batch_size=100)
    return len(rows)


def _ring(clock: SlaClock, now: datetime) -> None:
    """The clock is as if the watch had looked at it when it rang."""
    if clock.next_look_at is None or clock.next_look_at > now:
        return
    clock.warned_at, clock.next_look_at = clock.next_look_at, clock.due_at
    if clock.due_at and clock.due_at <= now:
        clock.breached_at, clock.next_look_at = clock.due_at, None


def _show(conversation: Conversation, clocks: list[SlaClock]) -> None:
    conversation.sla_policy_id = clocks[0].policy_id if clocks else None
    conversation.first_response_due_at = newest_due_at(clocks, ClockKind.FIRST_RESPONSE)
    conversation.resolution_due_at = newest_due_at(clocks, ClockKind.RESOLUTION)
    conversation.sla_due_at = next_due_at(clocks)
    conversation.sla_breached_at = min((one.breached_at for one in clocks if one.breached_at), default=None)
