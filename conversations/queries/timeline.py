"""What has happened in a conversation: its messages, wherever they are now, and its events."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet, Subquery

from conversations.access import visible_conversations
from conversations.enums import MessageKind, Status
from conversations.models import Conversation, Message
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer

# What agents look at is no history of the conversation, and nobody else's business.
_NOT_IN_TIMELINE = ("ConversationSeen", "NotificationAdded", "PromisesChanged")
# For `fan_out`: raw, since it looks into many schemas at once. The partial index on `snoozed_until` answers it.
SNOOZE_IS_OVER_SQL = (
    "EXISTS (SELECT FROM {schema}.conversations_conversation WHERE status = 'snoozed' AND snoozed_until <= now())"
)


def messages_of(conversation: Conversation, viewer: Viewer) -> QuerySet[Message]:
    """Return the messages of a conversation that the viewer may see, in no order.

    Of a merged one those that it had then, where they are now, if the viewer may see them there.
    No query for one that is not merged, else one.
    """
    if conversation.merged_into_id is None:
        return Message.objects.filter(conversation=conversation)
    merge = newest_event(conversation.id, "ConversationMerged")
    seen = visible_conversations(viewer).values("id")
    return Message.objects.filter(id__in=merge.data["message_ids"] if merge else [], conversation_id__in=seen)


def countable_messages(conversation: Conversation) -> QuerySet[Message]:
    """Return the messages that lists count: neither deleted, nor system lines, nor still to be sent at a set time."""
    return countable(Message.objects.filter(conversation=conversation))


def countable(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Return those of the messages that count."""
    waits = Q(is_scheduled=True, send_at__isnull=False)
    return messages.filter(deleted_at=None).exclude(kind=MessageKind.SYSTEM).exclude(waits)


def waiting_since(conversation: Conversation) -> datetime | None:
    """Return when the customer first wrote what no reply has followed, None when the last word is ours. One query.

    Machines wait for no answer, and forwards answer nobody.
    """
    rows = countable_messages(conversation)
    replies = rows.filter(kind=MessageKind.REPLY, to=[]).order_by("-created_at").values("created_at")[:1]
    awaited = rows.filter(kind=MessageKind.INCOMING, is_automatic=False).annotate(replied_at=Subquery(replies))
    unanswered = awaited.filter(Q(replied_at=None) | Q(created_at__gt=F("replied_at")))
    return unanswered.order_by("created_at").values_list("created_at", flat=True).first()


def timeline_of(conversation: Conversation) -> QuerySet[LoggedEvent]:
    """Return the conversation's events, in no order."""
    return LoggedEvent.objects.filter(object_id=conversation.id).exclude(type__in=_NOT_IN_TIMELINE)


def newest_event(object_id: UUID, event_type: str, *, before_seq: int | None = None) -> LoggedEvent | None:
    """Return the newest event of this type about an object, and older than another one if asked. One query."""
    rows = LoggedEvent.objects.filter(object_id=object_id, type=event_type)
    if before_seq is not None:
        rows = rows.filter(seq__lt=before_seq)
    return rows.order_by("-seq").first()


def is_undone(object_id: UUID, event_type: str, *, field: str, seq: int) -> bool:
    """Return whether an event of this type about the object takes back the event `seq`. One query."""
    found = LoggedEvent.objects.filter(object_id=object_id, type=event_type, **{f"data__{field}": seq})
    return found.exists()


def ids_due_to_wake(now: datetime, limit: int) -> Sequence[UUID]:
    """Return the conversations whose time to wake up has come, the longest overdue first. One query."""
    due = Conversation.objects.filter(status=Status.SNOOZED, snoozed_until__lte=now)
    return list(due.order_by("snoozed_until").values_list("id", flat=True)[:limit])
