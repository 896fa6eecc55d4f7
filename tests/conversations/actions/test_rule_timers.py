"""Rules that act on states that last."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from conversations.actions.change_conversation import change_conversation
from conversations.actions.keep_rule_timers import give_rule_timers, keep_rule_timers
from conversations.actions.receive_message import IncomingText, open_conversation, receive_message
from conversations.actions.run_rule_timers import run_rule_timers
from conversations.actions.save_rule import create_rule
from conversations.actions.write_message import send_reply
from conversations.enums import Channel, Status, TimerState
from conversations.models import AutomationRule, Conversation, RuleRun, RuleTimer
from teams.access import Viewer
from tests.conversations.conftest import ViewerOf
from tests.factories import make_contact, make_conversation
from tests.fixtures.work import RunTasks

HOUR_S = 3600
URGENT = {"type": "set_priority", "priority": "urgent"}


@pytest.fixture
def manager(viewer_as: ViewerOf, admin: User) -> Viewer:
    return viewer_as(admin)


def _rule(viewer: Viewer, trigger: str, **fields: Any) -> AutomationRule:
    given = {"name": f"{trigger} {AutomationRule.objects.count()}", "trigger": trigger, "delay_s": HOUR_S}
    return create_rule(viewer=viewer, fields={**given, "actions": [URGENT], **fields})


def _open() -> Conversation:
    text = IncomingText(body_html="", body_text="Where is it?")
    message = open_conversation(contact=make_contact(), subject="Parcel", text=text, channel=Channel.API)
    return message.conversation


def _states() -> list[str]:
    return list(RuleTimer.objects.order_by("due_at", "id").values_list("state", flat=True))


def _let_time_pass() -> None:
    RuleTimer.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_rule_acts_when_the_customer_has_waited_long_enough_and_once(manager: Viewer, run_tasks: RunTasks) -> None:
    _rule(manager, "customer_waits")
    conversation = _open()
    run_tasks()
    early = run_rule_timers()

    _let_time_pass()
    done = run_rule_timers()
    change_conversation(viewer=manager, conversation_id=conversation.id, changes={"status": "pending"})
    run_tasks()
    _let_time_pass()
    again = run_rule_timers()

    conversation.refresh_from_db()
    assert (early, done, again) == (0, 1, 0)
    assert conversation.priority == "urgent"
    assert RuleRun.objects.get().episode_key.startswith("customer_waits:")


def test_reply_cancels_the_wait_and_the_next_message_begins_another(manager: Viewer, run_tasks: RunTasks) -> None:
    _rule(manager, "customer_waits")
    conversation = _open()
    run_tasks()

    send_reply(viewer=manager, conversation_id=conversation.id, body_text="Soon")
    run_tasks()
    after_reply = _states()
    receive_message(
        conversation=conversation, contact=conversation.contact, text=IncomingText(body_html="", body_text="When?")
    )
    run_tasks()

    assert after_reply == [TimerState.CANCELLED]
    assert _states() == [TimerState.CANCELLED, TimerState.WAITING]


def test_timer_whose_state_is_over_does_nothing(manager: Viewer, run_tasks: RunTasks) -> None:
    """Though nothing has cancelled it, since the worker was late."""
    _rule(manager, "customer_waits")
    conversation = _open()
    run_tasks()
    Conversation.objects.filter(id=conversation.id).update(waiting_since=timezone.now())
    _let_time_pass()

    run_rule_timers()

    assert _states() == [TimerState.CANCELLED]
    assert not RuleRun.objects.exists()


def test_customer_is_silent_since_we_asked(manager: Viewer, run_tasks: RunTasks) -> None:
    _rule(manager, "customer_silent")
    conversation = _open()
    send_reply(viewer=manager, conversation_id=conversation.id, body_text="Which one?", status=Status.PENDING)
    run_tasks()
    first = RuleTimer.objects.get()

    send_reply(viewer=manager, conversation_id=conversation.id, body_text="Still there?")
    run_tasks()

    assert _states().count(TimerState.WAITING) == 1
    assert RuleTimer.objects.get(state=TimerState.WAITING).due_at > first.due_at


def test_snoozed_wait_goes_on_when_it_is_open_again(manager: Viewer, run_tasks: RunTasks) -> None:
    _rule(manager, "customer_waits")
    conversation = _open()
    run_tasks()
    tomorrow = timezone.now() + timedelta(days=1)

    change_conversation(
        viewer=manager, conversation_id=conversation.id, changes={"status": "snoozed", "snoozed_until": tomorrow}
    )
    run_tasks()
    asleep = _states()
    change_conversation(viewer=manager, conversation_id=conversation.id, changes={"status": "open"})
    run_tasks()

    assert asleep == [TimerState.CANCELLED]
    assert _states() == [TimerState.WAITING]


@pytest.mark.parametrize(
    ("trigger", "fields"),
    [
        ("customer_waits", {"waiting_since": timezone.now()}),
        ("customer_silent", {"status": Status.PENDING}),
        ("unassigned_for", {}),
        ("resolved_for", {"status": Status.RESOLVED}),
    ],
)
def test_new_rule_waits_for_what_lasts_already(
    manager: Viewer, run_tasks: RunTasks, trigger: str, fields: dict[str, Any]
) -> None:
    other = make_conversation(status=Status.SNOOZED)
    conversation = make_conversation(**fields)

    rule = _rule(manager, trigger)
    run_tasks()

    timer = RuleTimer.objects.get()
    assert timer.conversation_id == conversation.id != other.id
    assert give_rule_timers(rule.id) == 1
    keep_rule_timers(conversation_ids=[conversation.id], rules=[rule])
    assert RuleTimer.objects.count() == 1
