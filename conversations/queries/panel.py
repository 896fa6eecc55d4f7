"""What is known beside an open conversation: its customer, and what else the customer and their colleagues wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Window

from conversations.access import visible_conversations
from conversations.models import ContactIdentity, Conversation, ConversationFollow
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer

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
    """Return what the details show that is not on the conversation's row. Three queries, one more with a company."""
    contact = conversation.contact
    visible = visible_conversations(viewer)
    others = list(
        visible.filter(contact_id=contact.id, merged_into=None)
        .exclude(id=conversation.id)
        .annotate(all_count=Window(Count("*")))
        .order_by("-last_activity_at")
        .values("display_id", "subject", "status", "last_activity_at", "all_count")[:OTHERS_SHOWN]
    )
    identities = ContactIdentity.objects.filter(contact_id=contact.id).order_by("id").values_list("kind", "value")
    followers = ConversationFollow.objects.filter(conversation_id=conversation.id).order_by("id")
    colleagues = 0
    if contact.company_id:
        theirs = visible.filter(contact__company_id=contact.company_id, merged_into=None)
        colleagues = len(theirs.exclude(contact_id=contact.id).values_list("pk").order_by()[:COLLEAGUES_COUNTED])
    return Beside(
        identities=list(identities),
        others=others,
        other_count=others[0]["all_count"] if others else 0,
        followers=list(followers.annotate(name=F("agent__name")).values_list("agent_id", "name")),
        colleague_count=colleagues,
    )


def newest_events(events: Any) -> Sequence[LoggedEvent]:
    """Return the newest of a conversation's events, newest first. One query."""
    return list(events.order_by("-seq")[:HISTORY_SHOWN])
