"""Automation rules: a backtest over 30 days, and what an event costs an account that has 50 of them."""

import json
import random
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from django.core.management import call_command
from django.utils import timezone

from accounts.actions.create_account import create_account
from conversations.actions.run_rules import run_rules
from conversations.enums import MessageKind, Priority, Status
from conversations.models import AutomationRule, Contact, Conversation, Message
from conversations.queries.backtest import BacktestTally, backtest
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import account_context

EVENTS, PER_CONVERSATION, RULES, LOOKS = 10_000, 4, 50, 100
DELAY_S = 24 * 3600
PLAIN = {
    "all": [
        {"field": "status", "op": "is", "value": "open"},
        {"field": "priority", "op": "in", "value": ["normal", "high"]},
        {"field": "subject", "op": "contains", "value": "parcel 1"},
        {"none": [{"field": "tags", "op": "contains", "value": "vip"}]},
    ]
}
WITH_TEXT = {"all": [PLAIN, {"field": "newest_message", "op": "contains", "value": "broken"}]}


def run(_conversations: int, output: Path) -> None:
    """The figures are printed and written to `output`."""
    call_command("migrate_accounts", verbosity=0)
    account = create_account(name="Bench", slug="bench-rules")
    with account_context(account):
        figures = measured()
    print(json.dumps(figures, indent=2))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(figures, indent=2))


def measured() -> dict[str, float]:
    """Return the figures of the account in force, which is filled for them: seconds, and milliseconds an event."""
    fill()
    plain_s, plain = _timed("Plain", PLAIN)
    text_s, text = _timed("With text", WITH_TEXT)
    waits_s, waits = _timed("Waits", PLAIN, trigger="customer_waits", delay_s=DELAY_S)
    return {
        "events": plain.seen,
        "backtest_s": round(plain_s, 2),
        "matched": plain.matched,
        "differing": plain.differing_count,
        "backtest_with_texts_s": round(text_s, 2),
        "matched_with_texts": text.matched,
        "backtest_of_time_s": round(waits_s, 2),
        "conversations_of_time": waits.seen,
        "states_of_time": waits.begun or 0,
        "ended_early_of_time": waits.ended_early or 0,
        "matched_of_time": waits.matched,
        "event_without_rules_ms": round(_event_ms(), 2),
        "event_with_50_rules_ms": round(_event_ms(RULES), 2),
    }


def fill() -> None:
    """There are 10,000 messages of customers within 30 days, in 2,500 conversations, and as much that people did.

    Every second message is answered after some hours.
    """
    dice, now = random.Random(1), timezone.now()
    contact = Contact.objects.create(name="Ada", email="ada@bench.example")
    rows = Conversation.objects.bulk_create(
        Conversation(subject=f"My parcel {number}", contact=contact, status=dice.choice([Status.OPEN, Status.PENDING]))
        for number in range(EVENTS // PER_CONVERSATION)
    )
    moments = [(row, now - timedelta(seconds=dice.randrange(30 * 86_400 - 60))) for row in rows * PER_CONVERSATION]
    moments.sort(key=lambda one: one[1])
    Message.objects.bulk_create(
        Message(conversation=row, kind=MessageKind.INCOMING, contact=contact, created_at=at, body_text="It is broken.")
        for row, at in moments
    )
    events = [event for row, at in moments for event in _events(row, at, dice)]
    # The log is in the order of time.
    LoggedEvent.objects.bulk_create(sorted(events, key=lambda one: one.at), batch_size=5_000)


def _events(row: Conversation, at: datetime, dice: random.Random) -> list[LoggedEvent]:
    what = {"object_id": row.id, "at": at, "dispatched_at": at}
    change = {"priority_before": "normal", "priority": dice.choice(Priority.values)}
    reply = {"object_id": row.id, "at": at + timedelta(hours=dice.randrange(1, 48)), "dispatched_at": at}
    replied = [LoggedEvent(type="ReplySent", actor_kind="agent", actor_id=row.id, data={}, **reply)]
    return [
        *(replied if dice.random() < 0.5 else []),
        LoggedEvent(type="MessageReceived", actor_kind="contact", data={"is_later": True}, **what),
        LoggedEvent(type="ConversationPriorityChanged", actor_kind="agent", actor_id=row.id, data=change, **what),
    ]


def _timed(name: str, conditions: Mapping[str, object], **when: object) -> tuple[float, BacktestTally]:
    actions = [{"type": "set_priority", "priority": "high"}]
    given = {"trigger": "message_received", **when}
    rule = AutomationRule(name=name, conditions=conditions, actions=actions, **given)
    start = time.perf_counter()
    tally = backtest(rule, timezone.now())
    return time.perf_counter() - start, tally


def _event_ms(rules: int = 0) -> float:
    """Return what one event costs when no rule matches, in the middle of many."""
    never = {"all": [{"field": "subject", "op": "is", "value": "nothing"}, *PLAIN["all"]]}
    note = [{"type": "note", "text": "x"}]
    AutomationRule.objects.bulk_create(
        AutomationRule(name=f"Rule {n}", trigger="message_received", conditions=never, actions=note)
        for n in range(rules)
    )
    events = list(LoggedEvent.objects.filter(type="MessageReceived").order_by("seq")[:LOOKS])
    start = time.perf_counter()
    for event in events:
        run_rules(event)
    return (time.perf_counter() - start) * 1_000 / LOOKS
