"""Rules are tried on one conversation, and on what has happened."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from conversations.actions.change_conversation import change_conversation
from conversations.actions.receive_message import IncomingText, open_conversation
from conversations.actions.save_rule import create_rule
from conversations.actions.try_rule import backtest_of, dry_run, run_backtest, start_backtest, stop_backtest
from conversations.actions.write_message import send_reply
from conversations.enums import Channel
from conversations.models import AutomationRule, Conversation, Message, RuleBacktest, RuleRun, RuleTimer
from conversations.queries.backtest import EVENTS_MOST, backtest, backtest_steps
from hummdesk.errors import NotFound
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_contact, make_conversation
from tests.fixtures.work import RunTasks

HIGH = {"type": "set_priority", "priority": "high"}


@pytest.fixture
def manager(viewer_as: ViewerOf, admin: User) -> Viewer:
    return viewer_as(admin)


def _rule(viewer: Viewer, *actions: dict[str, Any], **fields: Any) -> AutomationRule:
    given = {"name": "Rule", "trigger": "message_received", "actions": list(actions or [HIGH])}
    return create_rule(viewer=viewer, fields={**given, **fields})


def _open(subject: str = "Parcel") -> Conversation:
    text = IncomingText(body_html="", body_text="Where is it?")
    # No mailbox is needed to answer it.
    return open_conversation(contact=make_contact(), subject=subject, text=text, channel=Channel.API).conversation


def _change(viewer: Viewer, conversation: Conversation, **changes: Any) -> None:
    change_conversation(viewer=viewer, conversation_id=conversation.id, changes=changes)


def test_dry_run_says_what_would_be_done_and_does_nothing(manager: Viewer, published: Published) -> None:
    conversation = _open()
    tagged = {"type": "add_tags", "tags": ["new"]}
    rule = _rule(manager, HIGH, {"type": "set_status", "status": "open"}, tagged)
    before = published()

    found = dry_run(viewer=manager, rule_id=rule.id, conversation_id=conversation.id)

    conversation.refresh_from_db()
    assert found["matches"]
    assert [(one["type"], one["done"]) for one in found["actions"]] == [
        ("set_priority", True),
        ("set_status", False),
        ("add_tags", True),
    ]
    assert (conversation.priority, conversation.version) == ("normal", 1)
    assert not conversation.tags.exists()
    assert not RuleRun.objects.exists()
    assert published() == before


def test_dry_run_explains_what_does_not_hold(manager: Viewer) -> None:
    conversation = _open("Secret words")
    tree = {"any": [{"field": "subject", "op": "is", "value": "x"}, {"field": "waiting_s", "op": "gt", "value": 3600}]}
    rule = _rule(manager, conditions=tree)

    found = dry_run(viewer=manager, rule_id=rule.id, conversation_id=conversation.id)

    assert not found["matches"]
    assert found["actions"] == []
    assert [one["holds"] for one in found["conditions"]] == [False, False]
    assert found["conditions"][0]["found"] == "Secret words"


def test_dry_run_uses_the_newest_event_of_the_trigger(manager: Viewer) -> None:
    conversation = _open()
    _change(manager, conversation, priority="urgent")
    tree = {"field": "before.priority", "op": "is", "value": "normal"}
    rule = _rule(manager, {"type": "note", "text": "x"}, trigger="priority_changed", conditions=tree)

    found = dry_run(viewer=manager, rule_id=rule.id, conversation_id=conversation.id)

    assert found["matches"]
    assert found["event_seq"] == LoggedEvent.objects.get(type="ConversationPriorityChanged").seq


def test_backtest_sees_fields_as_they_were_and_what_people_did(manager: Viewer, published: Published) -> None:
    agreed, differed, other = _open(), _open(), _open("Invoice")
    for conversation in (agreed, differed, other):
        _change(manager, conversation, subject="Renamed since", status="resolved", tags=["later"])
    _change(manager, agreed, priority="high")
    _change(manager, differed, priority="low")
    tree = {
        "all": [
            {"field": "subject", "op": "is", "value": "Parcel"},
            {"field": "status", "op": "is", "value": "open"},
            {"field": "tags", "op": "is_empty", "value": True},
            {"field": "message_count", "op": "is", "value": 1},
            {"field": "waiting_s", "op": "is_empty", "value": False},
        ]
    }
    rule = _rule(manager, conditions=tree)
    before = published()

    tally = backtest(rule, timezone.now())

    assert (tally.total, tally.seen, tally.matched, tally.differing_count) == (3, 3, 2, 1)
    (one,) = tally.differing
    assert (one["conversation_id"], one["field"], one["set"], one["did"], one["by"]) == (
        str(differed.id),
        "priority",
        "high",
        "low",
        str(manager.id),
    )
    assert {(one["conversation_id"], one["differs"]) for one in tally.matching} == {
        (str(agreed.id), False),
        (str(differed.id), True),
    }
    assert (tally.begun, tally.ended_early) == (None, None)
    assert not tally.is_cut
    assert published() == before


def test_backtest_leaves_what_people_did_later_than_a_day(manager: Viewer) -> None:
    conversation = _open()
    _change(manager, conversation, priority="low")
    LoggedEvent.objects.filter(type="ConversationPriorityChanged").update(at=timezone.now() + timedelta(hours=25))

    assert backtest(_rule(manager), timezone.now()).differing_count == 0


def test_backtest_says_that_there_are_more(manager: Viewer) -> None:
    conversation, now = make_conversation(), timezone.now()
    LoggedEvent.objects.bulk_create(
        LoggedEvent(type="MessageReceived", object_id=conversation.id, actor_kind="contact", data={}, at=now)
        for _number in range(EVENTS_MOST + 1)
    )

    tally = backtest(_rule(manager), now)

    assert tally.is_cut
    assert (tally.total, tally.seen) == (EVENTS_MOST, EVENTS_MOST)


def test_backtest_runs_as_a_task(manager: Viewer, run_tasks: RunTasks) -> None:
    _open()
    rule = _rule(manager)
    none = backtest_of(manager, rule.id)

    start_backtest(viewer=manager, rule_id=rule.id)
    run_tasks()

    test = backtest_of(manager, rule.id)
    assert none is None
    assert test is not None
    assert (test.state, test.result["matched"]) == ("done", 1)
    assert not run_backtest(rule.id)


def test_backtest_says_how_far_it_is_and_stops_when_told(manager: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(3):
        _open()
    rule = _rule(manager)
    monkeypatch.setattr("conversations.queries.backtest.CONVERSATIONS_AT_ONCE", 1)
    start_backtest(viewer=manager, rule_id=rule.id)
    seen = []

    def stop_after_two(*given: Any) -> Any:
        for tally in backtest_steps(*given):
            yield tally
            test = RuleBacktest.objects.get()
            seen.append((test.state, test.result["seen"], test.result["total"]))
            if tally.seen == 2:
                stop_backtest(viewer=manager, rule_id=rule.id)

    monkeypatch.setattr("conversations.actions.try_rule.backtest_steps", stop_after_two)

    assert run_backtest(rule.id)

    test = RuleBacktest.objects.get()
    assert seen == [("running", 0, 3), ("running", 1, 3), ("running", 2, 3)]
    assert (test.state, test.result["seen"], "matching" in test.result) == ("stopped", 2, False)
    assert not run_backtest(rule.id)


def test_backtest_that_is_asked_for_anew_ends_the_one_under_way(
    manager: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _open()
    rule = _rule(manager)
    start_backtest(viewer=manager, rule_id=rule.id)

    def ask_anew(*given: Any) -> Any:
        for tally in backtest_steps(*given):
            yield tally
            start_backtest(viewer=manager, rule_id=rule.id)

    monkeypatch.setattr("conversations.actions.try_rule.backtest_steps", ask_anew)
    run_backtest(rule.id)
    monkeypatch.undo()

    waiting = RuleBacktest.objects.get()
    assert (waiting.state, waiting.result) == ("queued", {})
    assert run_backtest(rule.id)
    assert RuleBacktest.objects.get().state == "done"


def test_backtest_that_is_over_is_not_stopped(manager: Viewer) -> None:
    rule = _rule(manager)
    with pytest.raises(NotFound):
        stop_backtest(viewer=manager, rule_id=rule.id)
    start_backtest(viewer=manager, rule_id=rule.id)
    run_backtest(rule.id)

    assert stop_backtest(viewer=manager, rule_id=rule.id).state == "done"


def _long_ago(conversation: Conversation, hours: float) -> None:
    """All that has happened there is so much longer ago."""
    by = timedelta(hours=hours)
    LoggedEvent.objects.filter(object_id=conversation.id).update(at=F("at") - by)
    Message.objects.filter(conversation=conversation).update(created_at=F("created_at") - by)
    Conversation.objects.filter(id=conversation.id).update(created_at=F("created_at") - by)


def test_backtest_of_a_rule_of_time_plays_its_states_again(
    manager: Viewer, published: Published, run_tasks: RunTasks
) -> None:
    waited, answered, young, older = _open(), _open(), _open(), _open()
    _long_ago(answered, 5)
    send_reply(viewer=manager, conversation_id=answered.id, body_text="Soon")
    run_tasks()
    for conversation, hours in ((waited, 30), (answered, 3), (older, 31 * 24)):
        _long_ago(conversation, hours)
    _change(manager, waited, priority="low")
    LoggedEvent.objects.filter(object_id=waited.id, type="ConversationPriorityChanged").update(
        at=timezone.now() - timedelta(hours=20)
    )
    waits = {"field": "waiting_s", "op": "gt", "value": 0}
    tree = {"all": [{"field": "priority", "op": "is", "value": "normal"}, waits]}
    rule = _rule(manager, trigger="customer_waits", delay_s=6 * 3600, conditions=tree)
    before = published()

    tally = backtest(rule, timezone.now())

    assert (tally.begun, tally.ended_early, tally.matched, tally.differing_count) == (2, 1, 1, 1)
    assert (tally.total, tally.seen) == (3, 3)
    (match,), (difference,) = tally.matching, tally.differing
    assert (match["conversation_id"], match["event_seq"], match["differs"]) == (str(waited.id), None, True)
    due = timezone.now() - timedelta(hours=24)
    assert abs(datetime.fromisoformat(match["at"]) - due) < timedelta(minutes=1)
    assert (difference["field"], difference["set"], difference["did"]) == ("priority", "high", "low")
    assert published() == before
    assert not RuleTimer.objects.filter(state="done").exists()
    assert young.id != waited.id
