from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account
from conversations.actions.wake import wake_conversation
from conversations.enums import Status
from conversations.tasks import wake_due_conversations, wake_snoozed
from hummdesk.events.models import LoggedEvent
from tests.conversations.conftest import Published
from tests.factories import make_conversation
from tests.fixtures.work import RunTasks


def sleeping(*, minutes: int | None) -> Any:
    wakes_at = None if minutes is None else timezone.now() + timedelta(minutes=minutes)
    return make_conversation(status=Status.SNOOZED, snoozed_until=wakes_at)


def test_tick_wakes_what_is_due_and_nothing_else(acme: Account, run_tasks: RunTasks, published: Published) -> None:
    due, later, for_the_customer = sleeping(minutes=-1), sleeping(minutes=5), sleeping(minutes=None)

    accounts = wake_snoozed()
    ran = run_tasks()

    for conversation in (due, later, for_the_customer):
        conversation.refresh_from_db()
    assert accounts == 1
    assert "conversations.tasks.wake_due_conversations" in ran
    assert (due.status, due.snoozed_until) == (Status.OPEN, None)
    assert (later.status, for_the_customer.status) == (Status.SNOOZED, Status.SNOOZED)
    # Its clocks follow.
    assert published() == ["ConversationStatusChanged", "PromisesChanged"]
    event = LoggedEvent.objects.get(object_id=due.id, type="ConversationStatusChanged")
    assert (event.data["cause"], event.actor_kind) == ("woken", "system")


def test_tick_with_nothing_due_queues_nothing(acme: Account) -> None:
    sleeping(minutes=5)

    assert wake_snoozed() == 0


def test_waking_twice_is_waking_once(acme: Account, published: Published) -> None:
    sleeping(minutes=-1)

    counts = [wake_due_conversations() for _time in range(2)]

    assert counts == [1, 0]
    assert published() == ["ConversationStatusChanged"]


@pytest.mark.parametrize("status", [Status.OPEN, Status.CLOSED])
def test_what_is_not_snoozed_any_more_is_left_alone(acme: Account, published: Published, status: Status) -> None:
    conversation = make_conversation(status=status)

    assert wake_conversation(conversation_id=conversation.id) is False
    assert published() == []
