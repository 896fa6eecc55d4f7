"""What a conversation's row repeats of its newest message, so that lists read no messages."""

from datetime import datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from conversations.enums import MessageKind
from conversations.models.conversation import Conversation
from conversations.models.message import Message
from conversations.queries.timeline import countable_messages
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
    for messages that nobody awaits and for forwards, which answer nobody.

    A late message (older than the newest) is counted, but does not take the newest one's place.
    """
    count_message(conversation, message, is_awaited=is_awaited)
    conversation.version += 1
    conversation.save(update_fields=_SUMMARY_FIELDS)


def count_message(conversation: Conversation, message: Message, *, is_awaited: bool = True) -> None:
    """The same of a row that the caller saves."""
    conversation.message_count += 1
    if conversation.last_message_at is None or message.created_at >= conversation.last_message_at:
        _show(conversation, message)
    conversation.last_activity_at = max(conversation.last_activity_at, message.created_at)
    if is_awaited and not message.to:
        _move_clock(conversation, message.kind, message.created_at)


def recount(conversation: Conversation) -> None:
    """The locked conversation's row says what its messages say: after some were moved, deleted or taken back.

    Deleted ones, system lines and replies that wait for a time of their author's choice do not count. Somebody
    waits since the first message that no reply has followed; nobody does in a finished conversation, nor for an
    answer to machines. Counts the version up. Three queries.
    """
    rows = countable_messages(conversation)
    is_reply = Q(kind=MessageKind.REPLY, to=[])
    found = rows.aggregate(
        count=Count("id"), first=Min("created_at", filter=is_reply), last=Max("created_at", filter=is_reply)
    )
    conversation.message_count = found["count"]
    conversation.first_replied_at = found["first"]
    conversation.waiting_since = None if conversation.is_finished else _first_waiting(rows, found["last"])
    newest = rows.select_related("agent").order_by("-created_at", "-id").first()
    _show(conversation, newest)
    if newest is not None:
        conversation.last_activity_at = max(conversation.last_activity_at, newest.created_at)
    conversation.version += 1
    conversation.save(update_fields=_SUMMARY_FIELDS)


def _first_waiting(rows: QuerySet[Message], replied_at: datetime | None) -> datetime | None:
    awaited = rows.filter(kind=MessageKind.INCOMING, is_automatic=False)
    if replied_at is not None:
        awaited = awaited.filter(created_at__gt=replied_at)
    return awaited.order_by("created_at").values_list("created_at", flat=True).first()


def _show(conversation: Conversation, newest: Message | None) -> None:
    conversation.preview = one_line(newest.body_text, PREVIEW_LENGTH) if newest else ""
    conversation.last_message_id = newest.id if newest else None
    conversation.last_message_kind = newest.kind if newest else ""
    conversation.last_message_agent = newest.agent if newest else None
    conversation.last_message_at = newest.created_at if newest else None


def _move_clock(conversation: Conversation, kind: str, at: datetime) -> None:
    if kind == MessageKind.INCOMING:
        conversation.waiting_since = conversation.waiting_since or at
    if kind == MessageKind.REPLY:
        conversation.waiting_since = None
        conversation.first_replied_at = conversation.first_replied_at or at
