"""Conversations as the API lists them: which ones, and all that is shown of each in one statement."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from conversations.access import visible_conversations, with_id
from conversations.enums import Folder, SlaState
from conversations.models import Category, Conversation, ConversationTag, Tag
from conversations.queries.inbox import matching, unread_by
from hummdesk.errors import NotFound
from teams.access import Viewer

# A promise is due soon from so long before its time.
DUE_SOON = timedelta(minutes=30)
ME, NOBODY = "me", "none"

# A row as `conversation_rows` gives it.
ConversationRow = Mapping[str, Any]
_COLUMNS = (
    "id",
    "display_id",
    "subject",
    "status",
    "priority",
    "priority_rank",
    "folder",
    "merged_into_id",
    "channel",
    "language",
    "custom_fields",
    "message_count",
    "preview",
    "last_message_id",
    "last_message_kind",
    "last_message_at",
    "last_activity_at",
    "waiting_since",
    "snoozed_until",
    "resolved_at",
    "first_response_due_at",
    "resolution_due_at",
    "sla_due_at",
    "sla_breached_at",
    "sla_policy_id",
    "version",
    "created_at",
    "updated_at",
    "contact_id",
    "assignee_id",
    "team_id",
    "last_message_agent_id",
    "contact__name",
    "contact__email",
    "assignee__name",
    "team__name",
    "category__slug",
    "sla_policy__name",
    "last_message_agent__name",
)


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


def conversation_rows(viewer: Viewer, conversations: QuerySet[Conversation]) -> QuerySet[Conversation, dict[str, Any]]:
    """Return what is shown of each as a dict: `_COLUMNS`, `tag_names` in their order, `is_unread`. One query."""
    tags = ConversationTag.objects.filter(conversation=OuterRef("id")).order_by("tag__name").values("tag__name")
    rows: QuerySet[Conversation, dict[str, Any]] = conversations.values(
        *_COLUMNS, tag_names=ArraySubquery(tags), is_unread=unread_by(viewer)
    )
    return rows


def conversation_row(viewer: Viewer, id: UUID | int | str) -> ConversationRow:
    """Return one conversation as `conversation_rows` does, whatever its folder. One query.

    Raises: NotFound when it is missing or not the viewer's to see.
    """
    row = conversation_rows(viewer, visible_conversations(viewer).filter(with_id(id))).first()
    if row is None:
        raise NotFound
    return row


def sla_state(row: ConversationRow, now: datetime) -> SlaState:
    """Return how a row stands: breached once a promise is broken, due soon `DUE_SOON` before the next one."""
    due_at = row["sla_due_at"]
    if row["sla_breached_at"] or (due_at and due_at <= now):
        return SlaState.BREACHED
    return SlaState.DUE_SOON if due_at and due_at <= now + DUE_SOON else SlaState.OK


def _in_sla_state(state: str) -> Q:
    """The same as `sla_state`, among conversations with a policy."""
    now = timezone.now()
    breached = Q(sla_breached_at__isnull=False) | Q(sla_due_at__lte=now)
    conditions = {
        SlaState.BREACHED: breached,
        SlaState.DUE_SOON: Q(sla_breached_at=None, sla_due_at__gt=now, sla_due_at__lte=now + DUE_SOON),
        SlaState.OK: Q(sla_breached_at=None) & (Q(sla_due_at=None) | Q(sla_due_at__gt=now + DUE_SOON)),
    }
    return Q(sla_policy__isnull=False) & conditions[SlaState(state)]


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
    "q": lambda _viewer, text: matching(text),
    "created_after": lambda _viewer, at: Q(created_at__gte=at),
    "created_before": lambda _viewer, at: Q(created_at__lt=at),
    "updated_after": lambda _viewer, at: Q(updated_at__gte=at),
    "updated_before": lambda _viewer, at: Q(updated_at__lt=at),
}
