from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from conversations.actions.assign_conversation import assign_conversation
from conversations.actions.mark_read import mark_read
from conversations.actions.write_message import add_note
from conversations.enums import WebhookState
from conversations.events import ConversationSeen, ConversationSubjectChanged, MacroApplied
from conversations.models import WebhookDelivery
from hummdesk.events.actor import Actor
from hummdesk.events.models import LoggedEvent
from hummdesk.events.publishing import action, publish
from hummdesk.tenancy.context import account_context
from tests.conversations.conftest import ViewerOf
from tests.factories import make_conversation, make_webhook
from tests.fixtures.work import RunTasks


class Interrupted(Exception):
    """Ends an action after it has done its work."""


@action
def publishing(*events: Any, fails: bool = False) -> None:
    for event in events:
        publish(event)
    if fails:
        raise Interrupted


def seen(conversation_id: Any) -> ConversationSeen:
    return ConversationSeen(actor=Actor.system(), conversation_id=conversation_id, agent_id=conversation_id)


def test_event_waits_for_every_webhook_that_wants_it(acme: Account, viewer_as: ViewerOf, leader: User) -> None:
    conversation = make_conversation(messages=1)
    everything, notes = make_webhook(), make_webhook(event_types=["message.created", "message.deleted"])
    make_webhook(event_types=["conversation.assigned"])
    make_webhook(is_enabled=False)

    note = add_note(viewer=viewer_as(leader), conversation_id=conversation.id, body_text="A secret of the house.")

    event = LoggedEvent.objects.get(type="NoteAdded")
    deliveries = WebhookDelivery.objects.filter(event_seq=event.seq)
    assert {delivery.webhook_id for delivery in deliveries} == {everything.id, notes.id}
    for delivery in deliveries:
        assert (delivery.state, delivery.attempt_count, delivery.type) == (WebhookState.WAITING, 0, "message.created")
        assert delivery.payload["type"] == "message.created"
        assert delivery.payload["timestamp"].endswith("Z")
        data = delivery.payload["data"]
        assert (data["conversation_id"], data["message_id"]) == (str(conversation.id), str(note.id))
        assert data["seq"] == event.seq
        assert "secret of the house" not in str(delivery.payload)


def test_event_without_a_live_type_is_for_nobody(acme: Account) -> None:
    make_webhook()
    conversation = make_conversation()

    publishing(MacroApplied(actor=Actor.system(), conversation_id=conversation.id, macro_id=conversation.id))

    assert not WebhookDelivery.objects.exists()


def test_what_people_wrote_is_left_out(acme: Account) -> None:
    make_webhook()
    conversation = make_conversation()

    publishing(
        ConversationSubjectChanged(
            actor=Actor.system(), conversation_id=conversation.id, subject_before="My illness", subject="My recovery"
        )
    )

    assert set(WebhookDelivery.objects.get().payload["data"]) == {"conversation_id", "seq"}


def test_events_of_one_action_are_queued_by_one_statement(
    acme: Account, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    conversation = make_conversation()
    with django_assert_num_queries(4):  # savepoint, log, webhooks, savepoint
        publishing(seen(conversation.id))
    make_webhook()
    make_webhook()

    with django_assert_num_queries(4):
        publishing(*[seen(conversation.id)] * 10)

    assert WebhookDelivery.objects.count() == 20


def test_action_that_fails_leaves_no_delivery(acme: Account) -> None:
    make_webhook()
    conversation = make_conversation()

    with pytest.raises(Interrupted):
        publishing(seen(conversation.id), fails=True)

    assert not WebhookDelivery.objects.exists()
    assert not LoggedEvent.objects.filter(type="ConversationSeen").exists()


def test_other_account_hears_nothing(acme: Account, nordhem: Account, viewer_as: ViewerOf, leader: User) -> None:
    with account_context(nordhem):
        make_webhook()

    assign_conversation(viewer=viewer_as(leader), conversation_id=make_conversation().id, assignee_id=leader.id)

    with account_context(nordhem):
        assert not WebhookDelivery.objects.exists()


def test_task_is_queued_unless_every_receiver_fails(
    acme: Account, viewer_as: ViewerOf, leader: User, run_tasks: RunTasks
) -> None:
    conversation = make_conversation(messages=1)
    mark_read(viewer=viewer_as(leader), conversation_id=conversation.id)
    assert run_tasks() == []

    webhook = make_webhook("https://nobody.invalid/")
    publishing(seen(conversation.id))
    assert run_tasks() == ["conversations.tasks.deliver_webhooks"]

    webhook.refresh_from_db()
    assert webhook.failing_since
    publishing(seen(conversation.id))
    assert run_tasks() == []
    assert WebhookDelivery.objects.filter(attempt_count=0).count() == 1
