"""What a conversation could be merged into, and where merged ones have gone."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from conversations.access import lock_conversations, visible_conversations
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


def end_of_merges(id: UUID) -> Conversation:
    """Return the conversation in which the messages of this one are now, with its contact.

    One query for each merge on the way, one of them when there is none.
    """
    return _way_of_merges(id)[-1]


def lock_end_of_merges(known: Conversation) -> Conversation:
    """Return the same as it is now, with all that were merged into it on this way locked; in a transaction.

    All are locked in the order of their ids, as everywhere: what is locked along the way would lock against the order.
    So the way is read first, and once more when it is another one under the locks. Two queries, where nothing was
    merged.
    """
    ids = [known.id] if known.merged_into_id is None else [one.id for one in _way_of_merges(known.id)]
    while True:
        with suppress(_Elsewhere), transaction.atomic():  # what is raised in it lets go of the locks
            way = lock_conversations(*ids)
            if [one.merged_into_id for one in way] == [*ids[1:], None]:
                return way[-1]
            raise _Elsewhere
        ids = [one.id for one in _way_of_merges(known.id)]


class _Elsewhere(Exception):
    """The messages of a conversation went another way meanwhile."""


def _way_of_merges(id: UUID) -> Sequence[Conversation]:
    """Return the conversation and those that it was merged into, one after the other."""
    rows = Conversation.objects.select_related("contact")
    way = [rows.get(id=id)]
    while (next_id := way[-1].merged_into_id) is not None:
        way.append(rows.get(id=next_id))
    return way
