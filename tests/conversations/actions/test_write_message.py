import pytest

from accounts.models import Account, User
from accounts.permissions import Permission
from conversations.actions.write_message import add_note, send_reply
from conversations.enums import DeliveryState, MessageKind, Status
from conversations.errors import EmptyMessage, NoReplyChannel
from conversations.models import Conversation, Message
from hummdesk.errors import NotFound, PermissionDenied
from teams.access import Viewer
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import agent_of, make_conversation, make_mailbox, make_team


@pytest.fixture
def conversation(acme: Account) -> Conversation:
    return make_conversation(messages=1, mailbox_id=make_mailbox(acme).id)


def test_send_reply_queues_it_and_stops_the_waiting(
    conversation: Conversation, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    message = send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text=" <b>Hi</b>\n\nBye ")

    conversation.refresh_from_db()
    assert message.kind == MessageKind.REPLY
    assert message.delivery_state == DeliveryState.QUEUED
    assert message.body_text == "<b>Hi</b>\n\nBye"
    assert "<b>" not in message.body_html
    assert "&lt;b&gt;Hi&lt;/b&gt;" in message.body_html
    assert conversation.waiting_since is None
    assert conversation.first_replied_at == message.created_at
    assert published() == ["ReplyWritten", "ReplySent", "MailQueued"]


def test_send_reply_sets_the_status_along_with_it(
    conversation: Conversation, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi", status=Status.RESOLVED)

    conversation.refresh_from_db()
    assert conversation.status == Status.RESOLVED
    assert conversation.resolved_at is not None
    assert published() == ["ReplyWritten", "ReplySent", "MailQueued", "ConversationStatusChanged"]


@pytest.mark.parametrize("body", ["", "  \n ", "\x00"])
def test_send_reply_without_text_changes_nothing(
    conversation: Conversation, viewer_as: ViewerOf, agent: User, published: Published, body: str
) -> None:
    with pytest.raises(EmptyMessage):
        send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text=body)

    assert Message.objects.filter(conversation=conversation).count() == 1
    assert published() == []


def test_send_reply_without_a_mailbox_changes_nothing(
    acme: Account, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    conversation = make_conversation(messages=1)

    with pytest.raises(NoReplyChannel):
        send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi")

    assert published() == []


def test_send_reply_in_a_team_that_is_not_the_agents_is_not_found(
    acme: Account, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    conversation = make_conversation(team=make_team(), mailbox_id=make_mailbox(acme).id)

    with pytest.raises(NotFound):
        send_reply(viewer=viewer_as(agent), conversation_id=conversation.id, body_text="Hi")

    assert published() == []


def test_send_reply_without_the_permission_is_refused(
    conversation: Conversation, agent: User, published: Published
) -> None:
    viewer = Viewer(agent_of(agent), frozenset({Permission.VIEW_CONVERSATIONS_ALL}))

    with pytest.raises(PermissionDenied):
        send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi")

    assert published() == []


def test_add_note_keeps_the_customer_waiting(
    conversation: Conversation, viewer_as: ViewerOf, agent: User, published: Published
) -> None:
    message = add_note(viewer=viewer_as(agent), conversation_id=conversation.display_id, body_text="Only for us")

    conversation.refresh_from_db()
    assert message.kind == MessageKind.NOTE
    assert message.delivery_state == ""
    assert conversation.waiting_since is not None
    assert published() == ["NoteAdded"]
