"""What a conversation could be merged into, and where merged ones have gone."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from conversations.access import visible_conversations
from conversations.models import Conversation
from conversations.models.conversation import IN_INBOX
from teams.access import Viewer

_SHOWN = 10


def merge_candidates(conversation: Conversation, viewer: Viewer, text: str) -> Sequence[Conversation]:
    """Return at most 10 others that the viewer may see, newest first, with contacts. One query.

    Those of the same customer without a text; with one those of that number, or with it in subject or name.
    """
    rows = visible_conversations(viewer).filter(IN_INBOX).exclude(id=conversation.id)
    number = text.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 10:
        rows = rows.filter(display_id=int(number))
    elif text:
        rows = rows.filter(Q(subject__icontains=text) | Q(contact__name__icontains=text))
    else:
        rows = rows.filter(contact_id=conversation.contact_id)
    return list(rows.select_related("contact").order_by("-last_activity_at")[:_SHOWN])


def end_of_merges(id: UUID, *, lock: bool = False) -> Conversation:
    """Return the conversation in which the messages of this one are now, with its contact, locked if asked.

    One query for each merge on the way, one of them when there is none.
    """
    rows = Conversation.objects.select_related("contact")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    conversation = rows.get(id=id)
    while conversation.merged_into_id is not None:
        conversation = rows.get(id=conversation.merged_into_id)
    return conversation
