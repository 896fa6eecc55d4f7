"""Rules are tried on one conversation, and on what has happened."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from conversations.actions.change_conversation import change_conversation
from conversations.actions.receive_message import IncomingText, open_conversation
from conversations.actions.save_rule import create_rule
from conversations.actions.try_rule import backtest_of, dry_run, run_backtest, start_backtest
from conversations.models import AutomationRule, Conversation, RuleRun
from conversations.queries.backtest import EVENTS_MOST, backtest
from hummdesk.errors import Conflict
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
    return open_conversation(contact=make_contact(), subject=subject, text=text).conversation


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


def test_rule_of_time_is_not_tried_on_the_past(manager: Viewer) -> None:
    rule = _rule(manager, trigger="customer_waits", delay_s=3600)

    with pytest.raises(Conflict):
        start_backtest(viewer=manager, rule_id=rule.id)
