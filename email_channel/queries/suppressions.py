"""Addresses to which nothing is sent."""

from collections.abc import Sequence
from uuid import UUID

from email_channel.models import SuppressedAddress
from email_channel.queries.intake import LOG_PER_PAGE
from hummdesk.errors import NotFound
from hummdesk.keyset import KeysetPage, keyset_page


def suppressions_of(addresses: Sequence[str]) -> dict[str, SuppressedAddress]:
    """Return the entries of the suppression list for these addresses, by address in lower case. One query."""
    wanted = [address.lower() for address in addresses]
    return {entry.address: entry for entry in SuppressedAddress.objects.filter(address__in=wanted)}


def suppression_page(text: str, *, cursor: str = "") -> KeysetPage[SuppressedAddress]:
    """Return a page of the entries whose address holds the text, newest first.

    One query. Raises: ValidationFailed for a forged cursor.
    """
    rows = SuppressedAddress.objects.filter(address__contains=text.lower())
    return keyset_page(rows, ["-created_at"], limit=LOG_PER_PAGE, cursor=cursor, ordering="newest")


def get_suppression(id: UUID) -> SuppressedAddress:
    """Return an entry of the list. One query. Raises: NotFound."""
    entry = SuppressedAddress.objects.filter(id=id).first()
    if entry is None:
        raise NotFound
    return entry
