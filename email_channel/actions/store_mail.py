"""Raw first: the bytes of a mail are safe before anything looks into them."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile

from email_channel.enums import MailSource
from email_channel.errors import EmptyMail, MailTooLarge, UnknownRecipient
from email_channel.events import MailStored
from email_channel.models import IncomingMail
from email_channel.queries import mailbox_with
from email_channel.recipients import route_of
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.logs import logger
from hummdesk.tenancy.context import account_context, current_schema


@dataclass(frozen=True)
class StoredMail:
    """Where a mail lies now."""

    schema: str
    id: UUID


def store_mail_for(
    *, address: str, raw: bytes, source: MailSource, envelope_sender: str = "", defer: bool = True
) -> StoredMail:
    """The mail is stored in the account that this address belongs to.

    `defer` leaves the rest to a worker; without it the caller goes on at once.
    Raises: EmptyMail, MailTooLarge, UnknownRecipient (logged; nothing is stored then).
    """
    route = route_of(address)
    if route is None:
        logger.warning("mail_refused", reason="unknown_recipient", size_bytes=len(raw), source=source)
        raise UnknownRecipient
    with account_context(route.account):
        return store_mail(
            mailbox_id=route.mailbox_id, raw=raw, source=source, envelope_sender=envelope_sender, defer=defer
        )


@action
def store_mail(
    *, mailbox_id: UUID, raw: bytes, source: MailSource, envelope_sender: str = "", defer: bool = True
) -> StoredMail:
    """The mail is stored for a mailbox of the account in force.

    Raises: EmptyMail, MailTooLarge, UnknownRecipient. Publishes: MailStored when deferred.
    """
    _check_size(raw)
    mailbox = mailbox_with(mailbox_id)
    if mailbox is None:
        logger.warning("mail_refused", reason="mailbox_closed", size_bytes=len(raw), source=source)
        raise UnknownRecipient
    mail = IncomingMail.objects.create(
        mailbox=mailbox,
        source=source,
        raw=ContentFile(raw, name="mail.eml"),
        size_bytes=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
        envelope_sender=_storable(envelope_sender),
    )
    if defer:
        publish(MailStored(actor=Actor.system(), incoming_mail_id=mail.id))
    return StoredMail(current_schema(), mail.id)


def _storable(address: str) -> str:
    """Return a sender's claim without what the database refuses: NUL, lone surrogates, more than 320 characters."""
    return address.encode("utf-8", "replace").decode().replace("\x00", "")[:320]


def _check_size(raw: bytes) -> None:
    if not raw.strip():
        raise EmptyMail
    if len(raw) > settings.MAIL_MAX_BYTES:
        raise MailTooLarge
