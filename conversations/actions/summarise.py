"""What a conversation's row repeats of its newest message, so that lists read no messages."""

from datetime import datetime

from conversations.enums import MessageKind
from conversations.models.conversation import Conversation
from conversations.models.message import Message
from hummdesk.markup import one_line

PREVIEW_LENGTH = 200
_SUMMARY_FIELDS = (
    "message_count",
    "preview",
    "last_message_id",
    "last_message_kind",
    "last_message_agent",
    "last_message_at",
    "last_activity_at",
    "waiting_since",
    "first_replied_at",
    "version",
    "updated_at",
)


def note_message(conversation: Conversation, message: Message, *, is_awaited: bool = True) -> None:
    """The locked conversation's row counts and shows this message, and its waiting clock is right, which stands still
    for messages that nobody awaits.

    A late message (older than the newest) is counted, but does not take the newest one's place.
    """
    conversation.message_count += 1
    conversation.version += 1
    if conversation.last_message_at is None or message.created_at >= conversation.last_message_at:
        conversation.preview = one_line(message.body_text, PREVIEW_LENGTH)
        conversation.last_message_id = message.id
        conversation.last_message_kind = message.kind
        conversation.last_message_agent = message.agent
        conversation.last_message_at = message.created_at
    conversation.last_activity_at = max(conversation.last_activity_at, message.created_at)
    if is_awaited:
        _move_clock(conversation, message.kind, message.created_at)
    conversation.save(update_fields=_SUMMARY_FIELDS)


def _move_clock(conversation: Conversation, kind: str, at: datetime) -> None:
    if kind == MessageKind.INCOMING:
        conversation.waiting_since = conversation.waiting_since or at
    if kind == MessageKind.REPLY:
        conversation.waiting_since = None
        conversation.first_replied_at = conversation.first_replied_at or at
