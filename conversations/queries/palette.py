"""What the palette finds while somebody types: few rows, fast, whatever the account holds."""

from collections.abc import Sequence

from django.db.models import F, Q

from accounts.permissions import Permission
from conversations.access import visible_conversations
from conversations.models import Contact, Conversation, Macro
from conversations.models.conversation import IN_INBOX
from conversations.queries.contacts import filtered_contacts
from conversations.queries.sharing import shared_with
from teams.access import Viewer

FOUND_MOST = 5
# So many conversations, those with the newest messages, are looked through by subject; the search page knows all.
RECENT_CONVERSATIONS = 2_000
NUMBER_MAX_LENGTH = 9


def conversations_named(viewer: Viewer, text: str) -> Sequence[Conversation]:
    """Return visible conversations with this number, or among the recent ones with this in subject or name.

    With their contacts, the one with the number first, then the latest. At most two queries.
    """
    visible = visible_conversations(viewer).select_related("contact")
    number = text.removeprefix("#")
    found = []
    if number.isascii() and number.isdigit() and len(number) <= NUMBER_MAX_LENGTH:
        found = list(visible.filter(display_id=int(number)))
    if text.startswith("#"):
        return found
    recent = visible_conversations(viewer).filter(IN_INBOX).order_by("-last_activity_at", "-id")
    ids = recent.values("id")[:RECENT_CONVERSATIONS]
    named = visible.filter(Q(subject__icontains=text) | Q(contact__name__icontains=text), id__in=ids)
    return (found + list(named.order_by("-last_activity_at", "-id")[:FOUND_MOST]))[:FOUND_MOST]


def customers_named(viewer: Viewer, text: str) -> Sequence[Contact]:
    """Return customers with this in name or address, for those who may reply. One query."""
    if not viewer.can(Permission.REPLY):
        return []
    return list(filtered_contacts({"q": text}).prefetch_related(None).order_by()[:FOUND_MOST])


def macros_named(viewer: Viewer, text: str) -> Sequence[Macro]:
    """Return macros that the viewer may use, the most used first. One query."""
    rows = shared_with(viewer, Macro).filter(name__icontains=text)
    return list(rows.order_by(F("usage_count").desc(), "name")[:FOUND_MOST])
