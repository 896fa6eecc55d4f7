"""What is known beside an open conversation: its customer, and what else the customer and their colleagues wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Count, QuerySet, Window

from accounts.permissions import Permission
from conversations.access import seen_by, sight_of
from conversations.models import Conversation, SlaClock
from conversations.queries.promises import clocks_by_conversation
from hummdesk.compiled import CompiledSql
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer

OTHERS_SHOWN, COLLEAGUES_COUNTED = 5, 99
HISTORY_SHOWN = 200


@dataclass(frozen=True)
class Beside:
    """`identities` (kind, value), oldest first; `tags` by name; `others` of `other_count`, the newest first, with
    display_id, subject, status, last_activity_at; `followers` (id, name); `colleague_count` counts up to
    `COLLEAGUES_COUNTED`; `clocks` with their hours, the oldest first; `policy` is the SLA policy's
    name, "" for none.
    """

    identities: Sequence[tuple[str, str]]
    tags: Sequence[str]
    others: Sequence[Mapping[str, Any]]
    other_count: int
    followers: Sequence[tuple[Any, str]]
    colleague_count: int
    policy: str
    clocks: Sequence[SlaClock] = ()


def beside_conversation(conversation: Conversation, viewer: Viewer) -> Beside:
    """Return what the details show that is not on the conversation's row. Two queries."""
    contact, sight = conversation.contact, sight_of(viewer)
    others, params = _others(sight).given(viewer.id, contact.id, conversation.id)
    colleagues, more = _NO_ROWS, list[Any]()
    if contact.company_id:
        colleagues, more = _colleagues(sight).given(viewer.id, contact.company_id, contact.id)
    with connection.cursor() as cursor:
        sql = _KNOWN.format(others=others, colleagues=colleagues)
        cursor.execute(sql, [contact.id, conversation.id, conversation.id, conversation.sla_policy_id, *params, *more])
        identified, tagged, followed, policy, listed, colleague_count = cursor.fetchall()[0]
    identities, tags, followers, rows = map(orjson.loads, (identified, tagged, followed, listed))
    return Beside(
        identities=[(kind, value) for kind, value in identities],
        tags=tags,
        others=[row | {"last_activity_at": datetime.fromisoformat(row["last_activity_at"])} for row in rows],
        other_count=rows[0]["all_count"] if rows else 0,
        followers=[(agent_id, name) for agent_id, name in followers],
        colleague_count=colleague_count,
        policy=policy,
        clocks=clocks_by_conversation([conversation.id]).get(conversation.id, ()),
    )


_NO_ROWS = "SELECT LIMIT 0"
_SHOWN = ("display_id", "subject", "status", "last_activity_at", "all_count")
# Raw, since the ORM takes longer to put small look-ups together than PostgreSQL to run them; one statement, since each
# costs more on the way than in the database.
_KNOWN = """
SELECT
    (SELECT coalesce(json_agg(json_build_array(kind, value) ORDER BY id), '[]')::text
     FROM conversations_contactidentity WHERE contact_id = %s),
    (SELECT coalesce(json_agg(tag.name ORDER BY tag.name), '[]')::text
     FROM conversations_conversationtag tagged JOIN conversations_tag tag ON tag.id = tagged.tag_id
     WHERE tagged.conversation_id = %s),
    (SELECT coalesce(json_agg(json_build_array(follow.agent_id, agent.name) ORDER BY follow.id), '[]')::text
     FROM conversations_conversationfollow follow JOIN teams_agent agent ON agent.user_id = follow.agent_id
     WHERE follow.conversation_id = %s),
    (SELECT coalesce(max(name), '') FROM teams_slapolicy WHERE id = %s),
    (SELECT coalesce(json_agg(other), '[]')::text FROM ({others}) other),
    (SELECT count(*) FROM ({colleagues}) colleague)
"""


@lru_cache
def _others(sight: frozenset[Permission]) -> CompiledSql:
    """SQL for a viewer's, a contact's and a conversation's id: the contact's other conversations."""

    def build(agent_id: UUID, contact_id: UUID, conversation_id: UUID) -> QuerySet[Conversation, Any]:
        rows = seen_by(agent_id, sight).filter(contact_id=contact_id, merged_into=None).exclude(id=conversation_id)
        counted = rows.annotate(all_count=Window(Count("*"))).order_by("-last_activity_at")
        newest: QuerySet[Conversation, Any] = counted.values(*_SHOWN)[:OTHERS_SHOWN]
        return newest

    return CompiledSql(build, 3)


@lru_cache
def _colleagues(sight: frozenset[Permission]) -> CompiledSql:
    """SQL for a viewer's, a company's and a contact's id: conversations of the contact's colleagues."""

    def build(agent_id: UUID, company_id: UUID, contact_id: UUID) -> QuerySet[Conversation, Any]:
        theirs = seen_by(agent_id, sight).filter(contact__company_id=company_id, merged_into=None)
        ids: QuerySet[Conversation, Any] = theirs.exclude(contact_id=contact_id).order_by().values("id")
        return ids[:COLLEAGUES_COUNTED]

    return CompiledSql(build, 3)


def newest_events(events: Any) -> Sequence[LoggedEvent]:
    """Return the newest of a conversation's events, newest first. One query."""
    return list(events.order_by("-seq")[:HISTORY_SHOWN])
