"""The account's mailboxes."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from accounts.email_addresses import without_detail
from conversations.models import Conversation
from email_channel.models import EmailTemplate, Mailbox
from hummdesk.compiled import CompiledLookup
from hummdesk.errors import NotFound


def mailbox_with(id: UUID) -> Mailbox | None:
    """Return a mailbox that takes mail. One query."""
    return Mailbox.objects.filter(id=id, is_active=True).first()


def active_mailboxes() -> Sequence[Mailbox]:
    """Return the mailboxes that take mail, by address. One query."""
    return list(Mailbox.objects.filter(is_active=True).order_by("address"))


def without_mailboxes(addresses: Sequence[str]) -> list[str]:
    """Return those addresses that are none of the account's own, with a `+detail` or without.

    Mail to both comes here (`accounts.queries.routed_addresses`). One query, raw since each mail makes it.
    """
    if not addresses:
        return []
    spellings = list({*addresses, *map(without_detail, addresses)})
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM email_channel_mailbox WHERE address = ANY(%s)", [spellings])
        own = {address for (address,) in cursor.fetchall()}
    return [address for address in addresses if own.isdisjoint((address, without_detail(address)))]


def mailbox_of(conversation: Conversation) -> Mailbox | None:
    """Return the mailbox that the conversation's replies leave from, None where it was removed. One query."""
    return mailbox_with(conversation.mailbox_id) if conversation.mailbox_id else None


def signing_mailboxes() -> Sequence[Mailbox]:
    """Return the mailboxes that take mail, each with its team, by address. One query."""
    return _signing_mailboxes.all()


def listed_mailboxes() -> QuerySet[Mailbox]:
    """Return the mailboxes that take mail, each with its team."""
    return Mailbox.objects.filter(is_active=True).select_related("team")


_signing_mailboxes = CompiledLookup(listed_mailboxes, takes_all=True)


def get_mailbox(id: UUID, *, lock: bool = False) -> Mailbox:
    """Return a mailbox that takes mail. One query. Raises: NotFound, also for one that was removed."""
    rows = Mailbox.objects.select_for_update(of=("self",)) if lock else Mailbox.objects.all()
    mailbox = rows.select_related("team").filter(id=id, is_active=True).first()
    if mailbox is None:
        raise NotFound
    return mailbox


def has_conversations(mailbox: Mailbox) -> bool:
    """Return whether any conversation is answered from the mailbox. One query."""
    return Conversation.objects.filter(mailbox_id=mailbox.id).exists()


def templates_by_name() -> Sequence[EmailTemplate]:
    """Return what a mailbox can answer with by itself, by name and language. One query."""
    return list(EmailTemplate.objects.order_by("name", "language"))
