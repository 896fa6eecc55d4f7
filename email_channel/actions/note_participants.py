"""Who takes part in a conversation by mail: only what is trusted makes a participant."""

from collections.abc import Mapping

from conversations.models import Conversation
from email_channel.enums import ParticipantRole
from email_channel.models import Participant
from email_channel.reading import FALLBACK_ADDRESS

ADDRESS_MOST = 320


def note_participants(
    conversation: Conversation, roles: Mapping[str, ParticipantRole], names: Mapping[str, str]
) -> None:
    """These addresses take part; who did already keeps role and name. In an action. One query, none for nothing.

    Keys of both are addresses in lower case, none of them the account's own.
    """
    rows = [
        Participant(conversation=conversation, address=address, name=names.get(address, ""), role=role)
        for address, role in roles.items()
        if "@" in address and len(address) <= ADDRESS_MOST and address != FALLBACK_ADDRESS
    ]
    Participant.objects.bulk_create(rows, ignore_conflicts=True)


def note_name(conversation: Conversation, address: str, name: str) -> None:
    """A participant without a name has the one under which they have written now. One query."""
    if name:
        nameless = Participant.objects.filter(conversation=conversation, address=address, name="")
        nameless.update(name=name)
