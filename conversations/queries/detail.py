"""One conversation with all that its page shows around the messages."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from conversations.models import Conversation, ConversationFollow
from conversations.queries.conversations import ConversationRow, conversation_row, conversation_rows
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer

_OF_CONTACT = ("phone", "language", "is_blocked", "custom_fields", "company_id", "company__name")


@dataclass(frozen=True)
class ConversationAlone:
    """A conversation's row as lists show it; `more` has `seq`, `is_following`, and fields of the `contact__`."""

    row: ConversationRow
    more: Mapping[str, Any]


def conversation_alone(viewer: Viewer, id: UUID | int | str) -> ConversationAlone:
    """Return one conversation, whatever its folder. Two queries.

    Raises: NotFound when it is missing or not the viewer's to see.
    """
    row = conversation_row(viewer, id)
    return ConversationAlone(row, _more(viewer, row["id"]))


def alone_after_change(viewer: Viewer, id: UUID) -> ConversationAlone:
    """Return the same of a conversation that the viewer has just changed, who may have given it away by that."""
    return ConversationAlone(rows_after_change(viewer, [id])[id], _more(viewer, id))


def rows_after_change(viewer: Viewer, ids: Collection[UUID]) -> dict[UUID, ConversationRow]:
    """Return rows as lists show them, by id, of what the viewer has just changed. One query."""
    rows = conversation_rows(viewer, Conversation.objects.filter(id__in=ids))
    return {row["id"]: row for row in rows}


def _more(viewer: Viewer, id: UUID) -> Mapping[str, Any]:
    events = LoggedEvent.objects.filter(object_id=OuterRef("id")).order_by("-seq")
    follows = ConversationFollow.objects.filter(conversation=OuterRef("id"), agent_id=viewer.id)
    rows = Conversation.objects.filter(id=id).values(
        *(f"contact__{name}" for name in _OF_CONTACT),
        seq=Subquery(events.values("seq")[:1]),
        is_following=Exists(follows),
    )
    return dict(rows[0])
