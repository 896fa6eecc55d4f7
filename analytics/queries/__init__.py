"""Figures, read from all other apps."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from conversations.enums import MessageKind
from conversations.models import Conversation, Message


@dataclass(frozen=True)
class DayUsage:
    """What the account in force did on one day (UTC)."""

    conversation_count: int
    message_count: int
    active_agent_count: int


@dataclass(frozen=True)
class FirstResponse:
    """How long a conversation waited for its first reply, and whose it was."""

    conversation_id: UUID
    agent_id: UUID
    team_id: UUID | None
    duration_s: int
    at: datetime


def usage_on(day: date) -> DayUsage:
    """Return the account's usage of a day. Three queries over index ranges."""
    start = datetime.combine(day, time.min, UTC)
    end = start + timedelta(days=1)
    messages = Message.objects.filter(created_at__gte=start, created_at__lt=end)
    people = (MessageKind.INCOMING, MessageKind.REPLY, MessageKind.NOTE)
    return DayUsage(
        conversation_count=Conversation.objects.filter(created_at__gte=start, created_at__lt=end).count(),
        message_count=messages.filter(kind__in=people).count(),
        active_agent_count=messages.exclude(agent=None).values("agent_id").distinct().count(),
    )


def first_response(conversation_id: UUID, message_id: UUID) -> FirstResponse | None:
    """Return the first response time if this reply was the conversation's first. Three queries."""
    replies = Message.objects.filter(conversation_id=conversation_id, kind=MessageKind.REPLY, to=[]).order_by(
        "created_at", "id"
    )
    first = replies.first()
    if first is None or first.id != message_id or first.agent_id is None:
        return None
    asked = Message.objects.filter(
        conversation_id=conversation_id, kind=MessageKind.INCOMING, created_at__lte=first.created_at
    )
    question = asked.order_by("created_at").first()
    if question is None:
        return None
    team_id = Conversation.objects.values_list("team_id", flat=True).get(id=conversation_id)
    waited = first.created_at - question.created_at
    return FirstResponse(conversation_id, first.agent_id, team_id, int(waited.total_seconds()), first.created_at)
