"""What a reader can do with one message."""

from dataclasses import dataclass
from uuid import UUID

from accounts.permissions import Permission
from conversations.enums import MessageKind
from conversations.models import Message
from conversations.views.place import InboxPlace
from teams.access import Viewer


@dataclass(frozen=True)
class MessageMenu:
    """`may_…` says which entries there are."""

    id: UUID
    url: str
    may_reply: bool
    may_forward: bool
    may_edit: bool
    may_delete: bool
    may_split: bool
    is_note: bool


def menu_of_message(message: Message, viewer: Viewer, place: InboxPlace) -> MessageMenu:
    """Return the menu of one message, whose conversation is loaded."""
    may_write = viewer.can(Permission.REPLY) and message.deleted_at is None
    is_said = message.kind in (MessageKind.INCOMING, MessageKind.REPLY)
    is_note = message.kind == MessageKind.NOTE
    is_changeable = is_note or (message.kind == MessageKind.REPLY and message.send_at is not None)
    is_own = message.agent_id == viewer.id
    return MessageMenu(
        id=message.id,
        url=f"{place.conversation_url(message.conversation.display_id)}#message-{message.id}",
        may_reply=may_write and message.kind == MessageKind.INCOMING,
        may_forward=may_write and is_said and message.send_at is None,
        may_edit=may_write and is_changeable and is_own,
        may_delete=may_write and is_changeable and (is_own or viewer.can(Permission.DELETE_MESSAGES)),
        may_split=may_write and message.conversation.message_count > 1 and message.conversation.merged_into_id is None,
        is_note=is_note,
    )
