"""Messages are found by what they say, from the moment at which they are there.

These run inside the transactions that publish, without one of their own: they do one statement each.
"""

from collections.abc import Sequence
from uuid import UUID

from conversations.models import Conversation, Message
from conversations.search_index import (
    delete_entry,
    messages_found_by_tag,
    move_entries,
    return_entries,
    write_entries,
)
from hummdesk.events.publishing import action

BATCH_SIZE = 500


def index_message(*, message_id: UUID, **_rest: object) -> None:
    """The message is found by what it says now."""
    write_entries([message_id])


def forget_message(*, message_id: UUID, **_rest: object) -> None:
    """The message is not found any more."""
    delete_entry(message_id)


def index_merge(*, message_ids: Sequence[UUID], into_id: UUID, **_rest: object) -> None:
    """The messages are found in the conversation that they are in now."""
    move_entries(message_ids, into_id)


def index_split(*, message_ids: Sequence[UUID], new_conversation_id: UUID, **_rest: object) -> None:
    """The messages are found in the new conversation."""
    move_entries(message_ids, new_conversation_id)


def index_return(*, from_id: UUID, **_rest: object) -> None:
    """The messages of an undone merge or split are found where they are again."""
    return_entries(from_id)


@action
def reindex_conversations(*, conversation_ids: Sequence[UUID]) -> int:
    """Messages of these conversations are found by what stands around them now; returns how many there are."""
    return _reindex(list(Message.objects.filter(conversation_id__in=conversation_ids).values_list("id", flat=True)))


@action
def reindex_contacts(*, contact_ids: Sequence[UUID]) -> int:
    """Messages by these contacts and in their conversations are found by their names as they are now."""
    conversations = Conversation.objects.filter(contact_id__in=contact_ids).values("id")
    around = Message.objects.filter(conversation_id__in=conversations).values_list("id", flat=True)
    own = Message.objects.filter(contact_id__in=contact_ids).values_list("id", flat=True)
    return _reindex(list({*around, *own}))


@action
def reindex_tag(*, name_before: str) -> int:
    """Messages that were found by this name of a tag are found by their tags of now; returns how many there are."""
    return _reindex(messages_found_by_tag(name_before))


def _reindex(message_ids: Sequence[UUID]) -> int:
    for start in range(0, len(message_ids), BATCH_SIZE):
        write_entries(message_ids[start : start + BATCH_SIZE])
    return len(message_ids)
