"""Which conversations and messages there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from conversations.access import visible_conversations
from conversations.enums import FINISHED, Status
from conversations.models import Conversation, Message
from conversations.models.conversation import IN_INBOX
from conversations.queries.search import search_condition
from conversations.queries.unread import unread_by
from hummdesk.errors import NotFound
from hummdesk.keyset import KeysetPage, keyset_page
from teams.access import Viewer

WORKABLE = (Status.OPEN, Status.PENDING)


class _OfViewer(TypedDict):
    is_unread: bool


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    InboxRow = WithAnnotations[Conversation, _OfViewer]
else:
    InboxRow = Conversation


@dataclass(frozen=True)
class InboxCounts:
    """How many conversations wait in each view; `teams` by team id."""

    mine: int
    unassigned: int
    all: int
    snoozed: int
    teams: dict[UUID, int]


def in_view(conversations: QuerySet[Conversation], viewer: Viewer, view: str) -> QuerySet[Conversation]:
    """Return those conversations that a view of the sidebar shows.

    Raises: NotFound for a view that does not exist.
    """
    conditions = {
        "mine": Q(status__in=WORKABLE, assignee_id=viewer.id),
        "unassigned": Q(status__in=WORKABLE, assignee=None),
        "all": Q(status__in=WORKABLE),
        "snoozed": Q(status=Status.SNOOZED),
        "closed": Q(status__in=FINISHED),
    }
    if view in conditions:
        return conversations.filter(conditions[view])
    if view.startswith("team-"):
        return conversations.filter(status__in=WORKABLE, team_id=_uuid(view.removeprefix("team-")))
    raise NotFound


def inbox_page(
    viewer: Viewer, view: str, *, text: str = "", after: str | None = None, limit: int = 30
) -> KeysetPage[InboxRow]:
    """Return conversations of a view that the viewer may see, by last activity, after a cursor.

    Each row carries contact, assignee and `is_unread`. One query whatever the limit.
    Raises: NotFound for an unknown view, ValidationFailed for a forged cursor.
    """
    rows = in_view(visible_conversations(viewer).filter(IN_INBOX), viewer, view)
    if text:
        rows = rows.filter(search_condition(viewer, text))
    rows = rows.select_related("contact", "assignee", "last_message_agent")
    return keyset_page(
        rows.annotate(is_unread=unread_by(viewer)), ["-last_activity_at"], limit=limit, cursor=after or ""
    )


def inbox_counts(viewer: Viewer) -> InboxCounts:
    """Return the numbers of the sidebar. Two queries."""
    visible = visible_conversations(viewer).filter(IN_INBOX)
    counts = visible.aggregate(
        mine=Count("id", filter=Q(status__in=WORKABLE, assignee_id=viewer.id)),
        unassigned=Count("id", filter=Q(status__in=WORKABLE, assignee=None)),
        all=Count("id", filter=Q(status__in=WORKABLE)),
        snoozed=Count("id", filter=Q(status=Status.SNOOZED)),
    )
    by_team = visible.filter(status__in=WORKABLE, team__isnull=False).values_list("team_id").annotate(Count("id"))
    return InboxCounts(**counts, teams=dict(by_team.order_by()))


def conversation_for_page(viewer: Viewer, display_id: int) -> Conversation:
    """Return one conversation with contact, assignee, team, category and tags. Two queries.

    Raises: NotFound when it is missing or not the viewer's to see.
    """
    rows = visible_conversations(viewer).filter(display_id=display_id).prefetch_related("tags")
    conversation = rows.select_related("contact", "contact__company", "assignee", "team", "category").first()
    if conversation is None:
        raise NotFound
    return conversation


def newest_messages(conversation: Conversation, limit: int) -> Sequence[Message]:
    """Return the newest messages, oldest first, with authors and attachments. Two queries."""
    rows = conversation.messages.select_related("contact", "agent").prefetch_related("attachments")
    return list(rows.filter(deleted_at=None).order_by("-created_at", "-id")[:limit])[::-1]


def earlier_conversations(conversation: Conversation, viewer: Viewer, limit: int = 5) -> Sequence[Conversation]:
    """Return the customer's other conversations that the viewer may see, newest first. One query."""
    rows = visible_conversations(viewer).filter(contact_id=conversation.contact_id).exclude(id=conversation.id)
    return list(rows.order_by("-last_activity_at")[:limit])


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
