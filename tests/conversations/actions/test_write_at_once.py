"""Several connections that write, take back and release in one conversation at the same moment."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Event, Timer
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from zeal import zeal_ignore  # type: ignore[import-untyped]  # it has no types

from accounts.models import Account, User
from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.actions.delete_message import delete_message
from conversations.actions.edit_message import edit_message
from conversations.actions.follow_conversation import follow_conversation
from conversations.actions.receive_message import IncomingText, receive_message
from conversations.actions.release_reply import release_reply
from conversations.actions.save_draft import save_draft
from conversations.actions.write_message import add_note, send_reply
from conversations.enums import MessageKind
from conversations.errors import LeftAlready, NewerMessages
from conversations.models import Conversation, Message, MessageDraft
from email_channel.actions.retry_reply import retry_reply
from email_channel.models import OutgoingDelivery
from hummdesk.errors import Conflict
from hummdesk.events.models import LoggedEvent
from hummdesk.events.publishing import action
from hummdesk.events.queries import last_seq
from teams.access import Viewer
from tests.conversations.actions.test_change_at_once import at_once
from tests.conversations.conftest import ViewerOf
from tests.factories import make_conversation, make_mailbox
from tests.fixtures.cast import ApiClient, ApiOf

pytestmark = pytest.mark.usefixtures("committed")
ROUNDS = 5


@pytest.fixture
def conversation(acme: Account) -> Conversation:
    return make_conversation(messages=1, mailbox_id=make_mailbox(acme).id)


def replies_in(conversation: Conversation) -> int:
    return conversation.messages.filter(kind=MessageKind.REPLY, deleted_at=None).count()


def count_of(event_type: str) -> int:
    return LoggedEvent.objects.filter(type=event_type).count()


def held_reply(conversation: Conversation, viewer: Any) -> Message:
    """A reply that may leave now, and has not yet."""
    send_at = timezone.now() + timedelta(hours=1)
    message = send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi", send_at=send_at)
    Message.objects.filter(id=message.id).update(send_at=timezone.now() - timedelta(seconds=1))
    return message


def test_one_of_two_agents_who_answer_the_same_words_is_told_of_the_other(
    acme: Account, conversation: Conversation, viewer_as: ViewerOf, agent: User, leader: User
) -> None:
    seen_seq = last_seq()

    found = at_once(
        acme,
        [
            partial(
                send_reply,
                viewer=viewer_as(user),
                conversation_id=conversation.id,
                body_text=user.name,
                seen_seq=seen_seq,
            )
            for user in (agent, leader)
        ],
    )

    assert sorted(type(one).__name__ for one in found) == ["Message", "NewerMessages"]
    [refusal] = [one for one in found if isinstance(one, NewerMessages)]
    [winner] = [one for one in found if isinstance(one, Message)]
    assert [new["message_id"] for new in refusal.more["new"]] == [winner.id]
    assert replies_in(conversation) == 1


def test_reply_and_customer_at_once_are_never_unaware_of_each_other(
    acme: Account, conversation: Conversation, viewer_as: ViewerOf, agent: User
) -> None:
    for _round in range(ROUNDS):
        seen_seq = last_seq()
        reply = partial(
            send_reply,
            viewer=viewer_as(agent),
            conversation_id=conversation.id,
            body_text="Hi",
            seen_seq=seen_seq,
        )
        incoming = partial(
            receive_message,
            conversation=conversation,
            contact=conversation.contact,
            text=IncomingText("<p>Wait</p>", "Wait"),
        )

        sent, _received = at_once(acme, [reply, incoming])

        types = list(
            LoggedEvent.objects.filter(seq__gt=seen_seq, type__in=["ReplyWritten", "MessageReceived"])
            .order_by("seq")
            .values_list("type", flat=True)
        )
        came_first = types[0] == "MessageReceived"
        assert isinstance(sent, NewerMessages) == came_first


def test_delete_while_it_leaves_is_one_of_both(
    acme: Account, conversation: Conversation, viewer_as: ViewerOf, agent: User
) -> None:
    for round_number in range(1, ROUNDS + 1):
        message = held_reply(conversation, viewer_as(agent))

        deleted, released = at_once(
            acme,
            [
                partial(delete_message, viewer=viewer_as(agent), message_id=message.id),
                partial(release_reply, message_id=message.id),
            ],
        )

        message.refresh_from_db()
        assert isinstance(deleted, LeftAlready) == released
        assert (message.deleted_at is None) == released
        assert count_of("ReplySent") + count_of("MessageDeleted") == round_number
        assert OutgoingDelivery.objects.count() == count_of("ReplySent")
        MessageDraft.objects.all().delete()
    conversation.refresh_from_db()
    assert conversation.message_count == 1 + count_of("ReplySent")


def test_edit_while_it_leaves_is_sent_whole_or_refused(
    acme: Account, conversation: Conversation, viewer_as: ViewerOf, agent: User
) -> None:
    message = held_reply(conversation, viewer_as(agent))

    edited, released = at_once(
        acme,
        [
            partial(edit_message, viewer=viewer_as(agent), message_id=message.id, body_text="Better"),
            partial(release_reply, message_id=message.id),
        ],
    )

    message.refresh_from_db()
    assert released
    assert message.body_text == ("Hi" if isinstance(edited, LeftAlready) else "Better")


def test_eight_workers_release_a_reply_once(
    acme: Account, conversation: Conversation, viewer_as: ViewerOf, agent: User
) -> None:
    message = held_reply(conversation, viewer_as(agent))

    found = at_once(acme, [partial(release_reply, message_id=message.id)] * 8)

    assert sorted(found) == [False] * 7 + [True]
    assert count_of("ReplySent") == 1
    assert OutgoingDelivery.objects.count() == 1


def test_same_key_at_once_is_one_reply(acme: Account, conversation: Conversation, api_of: ApiOf, agent: User) -> None:
    clients = [api_of(agent) for _number in range(4)]

    def post(client: ApiClient) -> Any:
        fields = {"kind": "reply", "body_text": "Hi"}
        # Who loses the race looks for the row before and after.
        with zeal_ignore([{"model": "api.StoredAnswer", "field": "get()"}]):
            return client.post(f"/api/v1/conversations/{conversation.id}/messages", fields, HTTP_IDEMPOTENCY_KEY="k")

    answers = at_once(acme, [partial(post, client) for client in clients])

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert replies_in(conversation) == 1


def test_drafts_saved_at_once_are_one_draft(
    acme: Account, conversation: Conversation, viewer_as: ViewerOf, agent: User
) -> None:
    def save(text: str) -> Callable[..., Any]:
        return partial(save_draft, viewer=viewer_as(agent), conversation_id=conversation.id, body_text=text)

    at_once(acme, [save(f"Draft {number}") for number in range(4)])
    stale = at_once(acme, [partial(save("Other"), version=4) for _number in range(2)])

    draft = MessageDraft.objects.get()
    assert draft.version == 5
    assert sorted(isinstance(one, Conflict) for one in stale) == [False, True]


def test_retries_at_once_are_one_mail(
    acme: Account, conversation: Conversation, viewer_as: ViewerOf, agent: User
) -> None:
    message = send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi")
    Message.objects.filter(id=message.id).update(delivery_state="failed")
    OutgoingDelivery.objects.update(state="failed")

    found = at_once(acme, [partial(retry_reply, viewer=viewer_as(agent), message_id=message.id)] * 4)

    assert sum(isinstance(one, Conflict) for one in found) == 3
    assert OutgoingDelivery.objects.get().state == "queued"


@action
def note_slowly(*, viewer: Viewer, conversation_id: UUID, is_locked: Event, may_go_on: Event) -> None:
    """Locks the conversation, and writes the log once it may."""
    get_conversation_for(viewer, conversation_id, need=Permission.REPLY, lock=True)
    is_locked.set()
    assert may_go_on.wait(10)
    add_note(viewer=viewer, conversation_id=conversation_id, body_text="Done")


def test_who_refers_to_a_locked_conversation_waits_for_it_before_the_log(
    acme: Account, conversation: Conversation, viewer_as: ViewerOf, agent: User, leader: User
) -> None:
    is_locked, may_go_on = Event(), Event()

    def follow() -> None:
        assert is_locked.wait(10)
        Timer(0.5, may_go_on.set).start()
        follow_conversation(viewer=viewer_as(leader), conversation_id=conversation.id)

    found = at_once(
        acme,
        [
            partial(
                note_slowly,
                viewer=viewer_as(agent),
                conversation_id=conversation.id,
                is_locked=is_locked,
                may_go_on=may_go_on,
            ),
            follow,
        ],
    )

    assert found == [None, None]
    assert (count_of("NoteAdded"), count_of("ConversationFollowed")) == (1, 1)
