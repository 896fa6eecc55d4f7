"""Replies that are held: for undo, or until a time of their author's choice."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.release_reply import release_reply
from conversations.actions.write_message import send_reply
from conversations.enums import Channel, DeliveryState
from conversations.errors import SendTimeRefused
from conversations.models import Conversation, ConversationRead, Message
from conversations.tasks import release_due_replies, sweep_held_replies
from email_channel.models import OutgoingDelivery
from hummdesk.events.models import LoggedEvent
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_conversation, make_mailbox, make_message
from tests.fixtures.work import RunTasks

HOUR = timedelta(hours=1)
DRAFT_ID = UUID("01936f2e-0000-7000-8000-000000000001")


@pytest.fixture
def acme_with_undo(acme: Account) -> Account:
    acme.settings = {"undo_send_s": 10}
    Account.objects.filter(id=acme.id).update(settings=acme.settings)
    return acme


@pytest.fixture
def conversation(acme_with_undo: Account) -> Conversation:
    return make_conversation(messages=1, mailbox_id=make_mailbox(acme_with_undo).id)


def let_time_pass(message: Message) -> None:
    Message.objects.filter(id=message.id).update(send_at=timezone.now() - timedelta(seconds=1))


def test_send_reply_with_time_for_undo_is_held_and_counts_at_once(
    conversation: Conversation, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    message = send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi")

    conversation.refresh_from_db()
    assert message.send_at is not None
    assert message.send_at - message.created_at == pytest.approx(timedelta(seconds=10), abs=timedelta(seconds=1))
    assert message.delivery_state == DeliveryState.QUEUED
    assert conversation.message_count == 2
    assert conversation.waiting_since is None
    assert published() == ["ReplyWritten"]
    assert not OutgoingDelivery.objects.exists()


def test_send_reply_later_counts_when_it_leaves(
    conversation: Conversation, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    written_at = timezone.now()
    message = send_reply(
        viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi", send_at=written_at + HOUR
    )

    conversation.refresh_from_db()
    assert message.is_scheduled
    assert conversation.message_count == 1
    assert conversation.waiting_since is not None

    let_time_pass(message)
    assert release_reply(message_id=message.id)

    conversation.refresh_from_db()
    message.refresh_from_db()
    assert conversation.message_count == 2
    assert conversation.last_message_id == message.id
    assert conversation.waiting_since is None
    assert message.created_at > written_at
    assert message.send_at is None
    assert published() == ["ReplyWritten", "ReplySent", "MailQueued"]


def test_release_of_a_scheduled_reply_leaves_news_unread_for_its_author(
    conversation: Conversation, viewer_as: ViewerOf, agent: User
) -> None:
    message = send_reply(
        viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi", send_at=timezone.now() + HOUR
    )
    ConversationRead.objects.create(conversation=conversation, agent_id=agent.id, read_until=timezone.now() - HOUR)
    let_time_pass(message)

    release_reply(message_id=message.id)

    assert ConversationRead.objects.get(conversation=conversation).read_until < timezone.now() - HOUR / 2


@pytest.mark.parametrize("wait", [-HOUR, timedelta(), timedelta(days=400)])
def test_send_reply_at_a_time_that_does_not_come_changes_nothing(
    conversation: Conversation, viewer_as: ViewerOf, agent: User, published: Published, wait: timedelta
) -> None:
    with pytest.raises(SendTimeRefused):
        send_reply(
            viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi", send_at=timezone.now() + wait
        )

    assert conversation.messages.count() == 1
    assert published() == []


def test_release_reply_before_its_time_does_nothing(
    conversation: Conversation, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    message = send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi")

    assert not release_reply(message_id=message.id)

    message.refresh_from_db()
    assert message.send_at is not None
    assert published() == ["ReplyWritten"]


def test_release_reply_twice_sends_once(
    conversation: Conversation, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    message = send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi")
    let_time_pass(message)

    released = [release_reply(message_id=message.id) for _try in range(2)]

    assert released == [True, False]
    assert published() == ["ReplyWritten", "ReplySent", "MailQueued"]
    assert OutgoingDelivery.objects.count() == 1


def test_release_reply_tells_which_draft_it_came_from(
    conversation: Conversation, viewer_as: ViewerOf, agent: User
) -> None:
    message = send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi", draft_id=DRAFT_ID)
    let_time_pass(message)

    release_reply(message_id=message.id)

    assert LoggedEvent.objects.get(type="ReplySent").data["draft_id"] == str(DRAFT_ID)


def test_tasks_wait_for_the_moment(
    conversation: Conversation, viewer_as: ViewerOf, agent: User, run_tasks: RunTasks, published: Published
) -> None:
    send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi")

    ran = run_tasks()

    assert "conversations.tasks.release_held_reply" in ran
    assert published() == ["ReplyWritten"]


def test_tasks_leave_what_is_far_ahead_to_the_sweep(
    conversation: Conversation, viewer_as: ViewerOf, agent: User, run_tasks: RunTasks
) -> None:
    send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi", send_at=timezone.now() + HOUR)

    assert "conversations.tasks.release_held_reply" not in run_tasks()


def test_sweep_releases_what_a_lost_task_left(
    conversation: Conversation, viewer_as: ViewerOf, agent: User, run_tasks: RunTasks, published: Published
) -> None:
    message = send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi")
    assert sweep_held_replies() == 0
    let_time_pass(message)

    assert sweep_held_replies() == 1
    run_tasks()

    assert release_due_replies() == 0
    assert published()[:3] == ["ReplyWritten", "ReplySent", "MailQueued"]


@pytest.mark.parametrize("channel", [Channel.API, Channel.CHAT])
def test_send_reply_that_is_fetched_is_sent_without_a_mail(
    acme: Account, viewer_as: ViewerOf, agent: User, published: Published, channel: Channel
) -> None:
    conversation = make_conversation(channel=channel, mailbox_id=make_mailbox(acme).id)
    make_message(conversation)

    message = send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi")

    assert message.delivery_state == DeliveryState.SENT
    assert published() == ["ReplyWritten", "ReplySent"]


def test_reply_that_cannot_leave_does_not_hold_up_the_next(
    conversation: Conversation, viewer_as: ViewerOf, agent: User
) -> None:
    broken = send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="One")
    other = make_conversation(messages=1, mailbox_id=conversation.mailbox_id)
    fine = send_reply(viewer=viewer_as(agent), conversation_id=other.id, body_text="Two")
    for message in (broken, fine):
        let_time_pass(message)
    # As a fault of ours might leave it.
    LoggedEvent.objects.filter(data__message_id=str(broken.id)).update(
        data={"message_id": str(broken.id), "draft_id": "no id"}
    )

    assert release_due_replies() == 1

    broken.refresh_from_db()
    fine.refresh_from_db()
    assert broken.send_at is not None
    assert fine.send_at is None
