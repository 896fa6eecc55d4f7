"""Whom a raw mail is for, as far as its headers tell; needed only where no envelope does."""

from collections.abc import Sequence

from accounts.queries import RoutedAddress, routed_address
from email_channel.parsing.client import parse_mail
from email_channel.parsing.errors import MailUnreadable
from hummdesk.tenancy.context import platform_context

ADDRESSES_LOOKED_AT = 100


def addresses_named_in(raw: bytes) -> list[str]:
    """Return the addresses in Delivered-To, To and Cc, each once, at most a hundred."""
    try:
        mail = parse_mail(raw)
    except MailUnreadable:
        return []
    named = [*mail.delivered_to, *(recipient.address for recipient in (*mail.to, *mail.cc))]
    return list(dict.fromkeys(address.lower() for address in named if address))[:ADDRESSES_LOOKED_AT]


def routed_recipients(raw: bytes, addresses: Sequence[str] | None = None) -> list[RoutedAddress]:
    """Return where a mail goes, by these addresses or by those that it names; each mailbox once."""
    with platform_context():
        routes = [routed_address(address) for address in addresses or addresses_named_in(raw)]
    return list({route.mailbox_id: route for route in routes if route}.values())
