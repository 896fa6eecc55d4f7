"""Conversations as the API lists them: which ones, and all that is shown of each in one statement."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from conversations.access import visible_conversations, with_id
from conversations.enums import Folder, SlaState
from conversations.models import Category, Conversation, ConversationTag, Tag
from conversations.queries.search import search_condition
from conversations.queries.unread import unread_by
from hummdesk.errors import NotFound
from teams.access import Viewer

# A promise is due soon from so long before its time.
DUE_SOON = timedelta(minutes=30)
ME, NOBODY = "me", "none"

# What `conversation_rows` gives of each conversation, by the names of the columns below.
ConversationRow = Mapping[str, Any]
# Raw, since the ORM takes longer to put these columns together than PostgreSQL to run them. The ids, which the ORM
# chooses, keep their order. Names by subqueries, since PostgreSQL takes longer to plan joins than to look up 50 names.
_ROWS = """
SELECT
    conversation.id, conversation.display_id, conversation.subject, conversation.status, conversation.priority,
    conversation.priority_rank, conversation.folder, conversation.merged_into_id, conversation.channel,
    conversation.language, conversation.custom_fields, conversation.message_count, conversation.preview,
    conversation.last_message_id, conversation.last_message_kind, conversation.last_message_agent_id,
    conversation.last_message_at, conversation.last_activity_at, conversation.waiting_since,
    conversation.snoozed_until, conversation.resolved_at, conversation.first_response_due_at,
    conversation.resolution_due_at, conversation.sla_due_at, conversation.sla_breached_at,
    conversation.sla_policy_id, conversation.contact_id, conversation.assignee_id, conversation.team_id,
    conversation.version, conversation.created_at, conversation.updated_at,
    contact.name AS contact_name, contact.email AS contact_email,
    (SELECT name FROM teams_agent WHERE user_id = conversation.assignee_id) AS assignee_name,
    (SELECT name FROM teams_agent WHERE user_id = conversation.last_message_agent_id) AS author_name,
    (SELECT name FROM teams_team WHERE id = conversation.team_id) AS team_name,
    (SELECT slug FROM conversations_category WHERE id = conversation.category_id) AS category_slug,
    (SELECT name FROM teams_slapolicy WHERE id = conversation.sla_policy_id) AS policy_name,
    ARRAY(
        SELECT tag.name FROM conversations_conversationtag link
        JOIN conversations_tag tag ON tag.id = link.tag_id
        WHERE link.conversation_id = conversation.id ORDER BY tag.name
    ) AS tags,
    last_message_at IS NOT NULL AND conversation.status NOT IN ('resolved', 'closed') AND NOT EXISTS (
        SELECT FROM conversations_conversationread mark
        WHERE mark.conversation_id = conversation.id AND mark.agent_id = %s AND mark.read_until >= last_message_at
    ) AS is_unread
FROM unnest(ARRAY({ids})) WITH ORDINALITY page (id, position)
JOIN conversations_conversation conversation ON conversation.id = page.id
JOIN conversations_contact contact ON contact.id = conversation.contact_id
ORDER BY page.position
"""


def filtered_conversations(viewer: Viewer, filters: Mapping[str, Any]) -> QuerySet[Conversation]:
    """Return the conversations that the viewer may see and that match every filter, in no order.

    `filters` are those of `ConversationFilters`, checked. Without `folder` the inbox is meant; merged ones are
    never among them. No query but one each for `tag` and `category`, whose ids let PostgreSQL know how rare they are.
    """
    rows = visible_conversations(viewer).filter(folder=filters.get("folder", Folder.INBOX), merged_into=None)
    for name, condition in _CONDITIONS.items():
        if name in filters:
            rows = rows.filter(condition(viewer, filters[name]))
    return rows


def conversation_rows(viewer: Viewer, conversations: QuerySet[Conversation]) -> list[ConversationRow]:
    """Return what is shown of these conversations, in their order. One query; `keyset_page` reads by it."""
    try:
        ids, parameters = conversations.values("id").query.sql_with_params()
    except EmptyResultSet:  # the filters contradict each other
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(ids=ids), [viewer.id, *parameters])
        names = [column.name for column in cursor.description or ()]
        return [_row(names, values) for values in cursor]


def _row(names: Sequence[str], values: Sequence[Any]) -> ConversationRow:
    row = dict(zip(names, values, strict=True))
    row["custom_fields"] = orjson.loads(row["custom_fields"])
    return row


def conversation_row(viewer: Viewer, id: UUID | int | str) -> ConversationRow:
    """Return what is shown of one conversation, whatever its folder. One query.

    Raises: NotFound when it is missing or not the viewer's to see.
    """
    rows = conversation_rows(viewer, visible_conversations(viewer).filter(with_id(id)))
    if not rows:
        raise NotFound
    return rows[0]


def sla_state(row: ConversationRow, now: datetime) -> SlaState:
    """Return how a row stands: breached once a promise is broken, due soon `DUE_SOON` before the next one."""
    due_at = row["sla_due_at"]
    if row["sla_breached_at"] or (due_at and due_at <= now):
        return SlaState.BREACHED
    return SlaState.DUE_SOON if due_at and due_at <= now + DUE_SOON else SlaState.OK


def _in_sla_state(state: str) -> Q:
    """The same as `sla_state`; conversations without any promise are not `ok`."""
    now = timezone.now()
    breached = Q(sla_breached_at__isnull=False) | Q(sla_due_at__lte=now)
    conditions = {
        SlaState.BREACHED: breached,
        SlaState.DUE_SOON: Q(sla_breached_at=None, sla_due_at__gt=now, sla_due_at__lte=now + DUE_SOON),
        SlaState.OK: Q(sla_policy__isnull=False, sla_breached_at=None)
        & (Q(sla_due_at=None) | Q(sla_due_at__gt=now + DUE_SOON)),
    }
    return conditions[SlaState(state)]


def _assigned_to(viewer: Viewer, who: UUID | str) -> Q:
    if who == NOBODY:
        return Q(assignee=None)
    return Q(assignee_id=viewer.id if who == ME else who)


def _of_team(_viewer: Viewer, team: UUID | str) -> Q:
    return Q(team=None) if team == NOBODY else Q(team_id=team)


def _tagged(_viewer: Viewer, names: Collection[str]) -> Q:
    ids = list(Tag.objects.filter(name__in=names).values_list("id", flat=True))
    return Q(Exists(ConversationTag.objects.filter(conversation=OuterRef("id"), tag_id__in=ids)))


def _of_category(_viewer: Viewer, slugs: Collection[str]) -> Q:
    ids = list(Category.objects.filter(slug__in=slugs).values_list("id", flat=True))
    return Q(category_id__in=ids) | (Q(category=None) if NOBODY in slugs else Q(pk__in=[]))


def _unread(viewer: Viewer, is_unread: bool) -> Q:
    condition = Q(unread_by(viewer))
    return condition if is_unread else ~condition


_CONDITIONS: Mapping[str, Callable[[Viewer, Any], Q]] = {
    "status": lambda _viewer, words: Q(status__in=words),
    "priority": lambda _viewer, words: Q(priority__in=words),
    "channel": lambda _viewer, words: Q(channel__in=words),
    "assignee_id": _assigned_to,
    "team_id": _of_team,
    "contact_id": lambda _viewer, contact_id: Q(contact_id=contact_id),
    "tag": _tagged,
    "category": _of_category,
    "unread": _unread,
    "sla": lambda _viewer, state: _in_sla_state(state),
    "q": search_condition,
    "created_after": lambda _viewer, at: Q(created_at__gte=at),
    "created_before": lambda _viewer, at: Q(created_at__lt=at),
    "updated_after": lambda _viewer, at: Q(updated_at__gte=at),
    "updated_before": lambda _viewer, at: Q(updated_at__lt=at),
}
