from datetime import timedelta

from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.mark_read import mark_read
from conversations.models import ConversationRead
from conversations.queries.inbox import inbox_page
from conversations.queries.inbox_lists import inbox_list
from teams.access import Viewer
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_conversation, make_message


def unread(viewer: Viewer) -> list[int]:
    return [row.display_id for row in inbox_page(viewer, inbox_list(viewer, "all")).rows if row.is_unread]


def test_mark_read_holds_until_the_next_message_and_for_the_reader_alone(
    acme: Account, viewer_as: ViewerOf, leader: User, admin: User, published: Published
) -> None:
    conversation = make_conversation(messages=1)
    reader, colleague = viewer_as(leader), viewer_as(admin)

    mark_read(viewer=reader, conversation_id=conversation.id)
    mark_read(viewer=reader, conversation_id=conversation.id)

    assert unread(reader) == []
    assert unread(colleague) == [conversation.display_id]
    assert published() == ["ConversationSeen"]

    make_message(conversation, created_at=timezone.now() + timedelta(seconds=1))
    assert unread(reader) == [conversation.display_id]


def test_mark_read_never_moves_back(acme: Account, viewer_as: ViewerOf, leader: User) -> None:
    conversation = make_conversation(messages=1)
    reader = viewer_as(leader)
    mark_read(viewer=reader, conversation_id=conversation.id)
    before = ConversationRead.objects.get().read_until
    make_message(conversation, created_at=timezone.now() + timedelta(hours=1))

    mark_read(viewer=reader, conversation_id=conversation.id, until=before - timedelta(hours=1))

    assert ConversationRead.objects.get().read_until == before
