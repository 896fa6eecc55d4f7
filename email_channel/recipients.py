"""Whom a mail is for: an address's route, and what a raw mail's headers tell where no envelope does."""

import re
from collections.abc import Sequence

from accounts.queries import RoutedAddress, routed_address
from email_channel.parsing.client import parse_mail
from email_channel.parsing.errors import MailUnreadable
from hummdesk.tenancy.context import platform_context

ADDRESSES_LOOKED_AT = 100
# What the database cannot compare: control signs, lone surrogates, and more than an address may hold.
_COMPARABLE = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{3,320}")
_END_OF_HEADER = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_HEADER_MAX_BYTES = 1024 * 1024


def route_of(address: str) -> RoutedAddress | None:
    """Return where mail to an address goes, None for one that nobody has. One query."""
    if not _COMPARABLE.fullmatch(address):
        return None
    with platform_context():
        return routed_address(address)


def addresses_named_in(raw: bytes) -> list[str]:
    """Return the addresses in Delivered-To, To and Cc, each once, at most a hundred. Reads the header only."""
    try:
        mail = parse_mail(_header_of(raw))
    except MailUnreadable:
        return []
    named = [*mail.delivered_to, *(recipient.address for recipient in (*mail.to, *mail.cc))]
    return list(dict.fromkeys(address.lower() for address in named))[:ADDRESSES_LOOKED_AT]


def routed_recipients(raw: bytes, addresses: Sequence[str] | None = None) -> list[RoutedAddress]:
    """Return where a mail goes, by these addresses or by those that it names; each mailbox once."""
    routes = [route_of(address) for address in addresses or addresses_named_in(raw)]
    return list({route.mailbox_id: route for route in routes if route}.values())


def _header_of(raw: bytes) -> bytes:
    """Return what stands before the first blank line, so that nobody unknown makes us read a whole mail."""
    raw = raw[:_HEADER_MAX_BYTES].lstrip(b"\r\n")
    end = _END_OF_HEADER.search(raw)
    return raw[: end.end()] if end else raw
