"""What an agent has not read yet."""

from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable

from conversations.enums import FINISHED
from conversations.models import ConversationRead
from teams.access import Viewer


def unread_by(viewer: Viewer) -> Combinable:
    """Return the condition that something in an unfinished conversation is newer than the viewer's mark."""
    marks = ConversationRead.objects.filter(
        agent_id=viewer.id, conversation=OuterRef("id"), read_until__gte=OuterRef("last_message_at")
    )
    return Q(last_message_at__isnull=False) & ~Q(status__in=FINISHED) & ~Exists(marks)


def upsert_read_mark(*, conversation_id: UUID, agent_id: UUID, moment: datetime) -> None:
    """The agent's mark in the conversation is at the moment, or later if it was. One statement.

    Raw, since the ORM's upsert can only overwrite what is there, not compare with it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT_MARK, [conversation_id, agent_id, moment])


_UPSERT_MARK = """
INSERT INTO conversations_conversationread AS mark (conversation_id, agent_id, read_until) VALUES (%s, %s, %s)
ON CONFLICT (agent_id, conversation_id) DO UPDATE SET read_until = greatest(mark.read_until, EXCLUDED.read_until)"""
