"""What is known beside an open conversation: its customer, and what else the customer and their colleagues wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Count, QuerySet, Window

from accounts.permissions import Permission
from conversations.access import visible_conversations
from conversations.models import Conversation
from hummdesk.compiled import CompiledSql
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.models import Agent

OTHERS_SHOWN, COLLEAGUES_COUNTED = 5, 99
HISTORY_SHOWN = 200


@dataclass(frozen=True)
class Beside:
    """`identities` (kind, value), oldest first; `others` of `other_count`, the newest first, with display_id, subject,
    status, last_activity_at; `followers` (id, name); `colleague_count` counts up to `COLLEAGUES_COUNTED`.
    """

    identities: Sequence[tuple[str, str]]
    others: Sequence[Mapping[str, Any]]
    other_count: int
    followers: Sequence[tuple[Any, str]]
    colleague_count: int


def beside_conversation(conversation: Conversation, viewer: Viewer) -> Beside:
    """Return what the details show that is not on the conversation's row. Two queries, one more with a company."""
    contact = conversation.contact
    sql, params = _others(_sight(viewer)).given(viewer.id, contact.id, conversation.id)
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [contact.id, conversation.id])
        identities, followers = map(orjson.loads, cursor.fetchone())
        cursor.execute(sql, params)
        others = [dict(zip(_SHOWN, row, strict=True)) for row in cursor]
    colleagues = 0
    if contact.company_id:
        theirs = visible_conversations(viewer).filter(contact__company_id=contact.company_id, merged_into=None)
        colleagues = len(theirs.exclude(contact_id=contact.id).values_list("pk").order_by()[:COLLEAGUES_COUNTED])
    return Beside(
        identities=[(kind, value) for kind, value in identities],
        others=others,
        other_count=others[0]["all_count"] if others else 0,
        followers=[(agent_id, name) for agent_id, name in followers],
        colleague_count=colleagues,
    )


_SHOWN = ("display_id", "subject", "status", "last_activity_at", "all_count")
# Raw, since the ORM takes longer to put two small look-ups together than PostgreSQL to run them.
_KNOWN = """
SELECT
    (SELECT coalesce(json_agg(json_build_array(kind, value) ORDER BY id), '[]')::text
     FROM conversations_contactidentity WHERE contact_id = %s),
    (SELECT coalesce(json_agg(json_build_array(follow.agent_id, agent.name) ORDER BY follow.id), '[]')::text
     FROM conversations_conversationfollow follow JOIN teams_agent agent ON agent.user_id = follow.agent_id
     WHERE follow.conversation_id = %s)
"""
_ON_SIGHT = (
    Permission.VIEW_CONVERSATIONS_ALL,
    Permission.VIEW_CONVERSATIONS_TEAM,
    Permission.VIEW_CONVERSATIONS_ASSIGNED,
)


def _sight(viewer: Viewer) -> frozenset[Permission]:
    return frozenset(permission for permission in _ON_SIGHT if viewer.can(permission))


@lru_cache(maxsize=len(_ON_SIGHT) ** 2)
def _others(sight: frozenset[Permission]) -> CompiledSql:
    """SQL for a viewer's, a contact's and a conversation's id: the contact's other conversations."""

    def build(agent_id: UUID, contact_id: UUID, conversation_id: UUID) -> QuerySet[Conversation, Any]:
        visible = visible_conversations(Viewer(Agent(user_id=agent_id), sight))
        rows = visible.filter(contact_id=contact_id, merged_into=None).exclude(id=conversation_id)
        counted = rows.annotate(all_count=Window(Count("*"))).order_by("-last_activity_at")
        newest: QuerySet[Conversation, Any] = counted.values(*_SHOWN)[:OTHERS_SHOWN]
        return newest

    return CompiledSql(build, 3)


def newest_events(events: Any) -> Sequence[LoggedEvent]:
    """Return the newest of a conversation's events, newest first. One query."""
    return list(events.order_by("-seq")[:HISTORY_SHOWN])
