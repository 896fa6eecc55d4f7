"""Whom a mail is for: an address's route, and what a raw mail's headers tell where no envelope does."""

import re
from collections.abc import Sequence

from accounts.queries import RoutedAddress, routed_addresses
from email_channel.parsing.client import parse_mail
from email_channel.parsing.errors import MailUnreadable
from hummdesk.tenancy.context import platform_context

ADDRESSES_LOOKED_AT = 20_000
# What the database cannot compare: control signs, lone surrogates, and more than an address may hold.
_COMPARABLE = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{3,320}")
_END_OF_HEADER = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_HEADER_MAX_BYTES = 1024 * 1024
# Longer headers may list more recipients than the parser keeps.
_PARSED_WHOLE_BYTES = 16 * 1024
_RECIPIENT_FIELD = re.compile(
    rb"(?:delivered-to|x-original-to|(?:x-)?envelope-to|x-forwarded-to|to|cc)[ \t]*:", re.IGNORECASE
)
_ADDRESS_IN_TEXT = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9.-]{1,253}", re.IGNORECASE | re.ASCII)


def route_of(address: str) -> RoutedAddress | None:
    """Return where mail to an address goes, None for one that nobody has. One query."""
    return routes_of([address]).get(address)


def routes_of(addresses: Sequence[str]) -> dict[str, RoutedAddress]:
    """Return where mail to these addresses goes, in their order, without those that nobody has. One query."""
    with platform_context():
        return routed_addresses(address for address in addresses if _COMPARABLE.fullmatch(address))


def addresses_named_in(raw: bytes) -> list[str]:
    """Return the addresses in Delivered-To, To and Cc, each once, at most 20,000. Reads the header only."""
    header = _header_of(raw)
    try:
        mail = parse_mail(header)
    except MailUnreadable:
        return []
    named = [*mail.delivered_to, *(recipient.address for recipient in (*mail.to, *mail.cc))]
    if len(header) > _PARSED_WHOLE_BYTES:
        named += _addresses_beyond_the_parser(header)
    return list(dict.fromkeys(address.lower() for address in named))[:ADDRESSES_LOOKED_AT]


def routed_recipients(raw: bytes, addresses: Sequence[str] | None = None) -> list[RoutedAddress]:
    """Return where a mail goes, by these addresses or by those that it names; each mailbox once."""
    routes = routes_of(addresses or addresses_named_in(raw))
    return list({route.mailbox_id: route for route in routes.values()}.values())


def _addresses_beyond_the_parser(header: bytes) -> list[str]:
    """Return what looks like an address in the recipients' fields, line by line, however long they are."""
    addresses: list[str] = []
    is_inside = False
    for line in header.splitlines():
        if not line.startswith((b" ", b"\t")):
            is_inside = _RECIPIENT_FIELD.match(line) is not None
        if is_inside:
            addresses += _ADDRESS_IN_TEXT.findall(line.decode("ascii", "replace"))
    return addresses


def _header_of(raw: bytes) -> bytes:
    """Return what stands before the first blank line, so that nobody unknown makes us read a whole mail."""
    raw = raw[:_HEADER_MAX_BYTES].lstrip(b"\r\n")
    end = _END_OF_HEADER.search(raw)
    return raw[: end.end()] if end else raw
