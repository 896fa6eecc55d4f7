"""The account's mailboxes."""

from collections.abc import Sequence
from uuid import UUID

from conversations.models import Conversation
from email_channel.models import Mailbox


def mailbox_with(id: UUID) -> Mailbox | None:
    """Return a mailbox that takes mail. One query."""
    return Mailbox.objects.filter(id=id, is_active=True).first()


def active_mailboxes() -> Sequence[Mailbox]:
    """Return the mailboxes that take mail, by address. One query."""
    return list(Mailbox.objects.filter(is_active=True).order_by("address"))


def without_mailboxes(addresses: Sequence[str]) -> list[str]:
    """Return those addresses that are none of the account's own. One query, none for nothing."""
    if not addresses:
        return []
    own = set(Mailbox.objects.filter(address__in=addresses).values_list("address", flat=True))
    return [address for address in addresses if address not in own]


def mailbox_of(conversation: Conversation) -> Mailbox | None:
    """Return the mailbox that the conversation's replies leave from, or None. One query."""
    return Mailbox.objects.filter(id=conversation.mailbox_id).first() if conversation.mailbox_id else None
