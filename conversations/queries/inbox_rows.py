"""What a row of the list shows, read in one statement whatever the list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from conversations.models import Conversation
from teams.access import Viewer


class InboxRow(NamedTuple):
    """One conversation of the list, as one viewer has it.

    `author_name` is of the agent who wrote last. `draft_text`: what the viewer has begun to write, None for nothing.
    """

    id: UUID
    display_id: int
    subject: str
    status: str
    priority: str
    priority_rank: int
    channel: str
    preview: str
    last_message_kind: str
    last_message_agent_id: UUID | None
    last_activity_at: datetime
    created_at: datetime
    snoozed_until: datetime | None
    sla_due_at: datetime | None
    contact_id: UUID
    contact_name: str
    contact_email: str
    assignee_id: UUID | None
    team_id: UUID | None
    assignee_name: str | None
    author_name: str | None
    team_name: str | None
    tags: list[str]
    is_unread: bool
    draft_text: str | None


# Raw, as `conversation_rows`: the ORM takes longer to put it together than PostgreSQL to run it.
_ROWS = """
SELECT
    conversation.id, conversation.display_id, conversation.subject, conversation.status, conversation.priority,
    conversation.priority_rank, conversation.channel, conversation.preview, conversation.last_message_kind,
    conversation.last_message_agent_id, conversation.last_activity_at, conversation.created_at,
    conversation.snoozed_until, conversation.sla_due_at,
    conversation.contact_id, contact.name, contact.email, conversation.assignee_id, conversation.team_id,
    (SELECT name FROM teams_agent WHERE user_id = conversation.assignee_id),
    (SELECT name FROM teams_agent WHERE user_id = conversation.last_message_agent_id),
    (SELECT name FROM teams_team WHERE id = conversation.team_id),
    ARRAY(
        SELECT tag.name FROM conversations_conversationtag link
        JOIN conversations_tag tag ON tag.id = link.tag_id
        WHERE link.conversation_id = conversation.id ORDER BY tag.name
    ),
    last_message_at IS NOT NULL AND conversation.status NOT IN ('resolved', 'closed') AND NOT EXISTS (
        SELECT FROM conversations_conversationread mark
        WHERE mark.conversation_id = conversation.id AND mark.agent_id = %s AND mark.read_until >= last_message_at
    ),
    (
        SELECT left(body_text, 200) FROM conversations_messagedraft draft
        WHERE draft.agent_id = %s AND draft.conversation_id = conversation.id
    )
FROM unnest(ARRAY({ids})) WITH ORDINALITY page (id, position)
JOIN conversations_conversation conversation ON conversation.id = page.id
JOIN conversations_contact contact ON contact.id = conversation.contact_id
ORDER BY page.position
"""


def inbox_rows(viewer: Viewer, conversations: QuerySet[Conversation]) -> list[InboxRow]:
    """Return the rows of these conversations, in their order. One query; `keyset_page` reads by it."""
    try:
        sql, parameters = conversations.values("id").query.sql_with_params()
    except EmptyResultSet:  # the conditions contradict each other
        return []
    return read_rows(viewer, sql, parameters)


def read_rows(viewer: Viewer, ids: str, parameters: Sequence[Any]) -> list[InboxRow]:
    """Return the rows of those conversations whose ids this SQL gives, in its order. One query.

    The SQL has asked whether the viewer may see them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(ids=ids), [viewer.id, viewer.id, *parameters])
        return [InboxRow(*values) for values in cursor.fetchall()]
