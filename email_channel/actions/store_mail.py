"""Raw first: the bytes of a mail are safe before anything looks into them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from email_channel.enums import MailSource
from email_channel.errors import EmptyMail, MailTooLarge, UnknownRecipient
from email_channel.events import MailStored
from email_channel.models import IncomingMail, Mailbox
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
    mail = _store(_open_mailbox(mailbox_id, source), raw, source=source, envelope_sender=_storable(envelope_sender))
    if defer:
        publish(MailStored(actor=Actor.system(), incoming_mail_id=mail.id))
    return StoredMail(current_schema(), mail.id)


@action
def store_claimed_mail(*, mailbox: Mailbox, raw: bytes, source: MailSource) -> IncomingMail:
    """The mail is stored for an open mailbox, and is the caller's to take in: `take_in_claimed`.

    What a dead caller leaves behind the sweep takes in. Raises: EmptyMail, MailTooLarge.
    """
    return _store(mailbox, raw, source=source, claimed_at=timezone.now(), attempt_count=1)


@action
def store_fetched_mail(*, mailbox_id: UUID, raw: bytes, provider_id: str, received_at: datetime) -> StoredMail:
    """A mail that the provider received at that time is stored for a mailbox of the account in force, once.

    However large: the provider has taken it, and nobody else has it. The caller goes on at once.
    Raises: EmptyMail, UnknownRecipient.
    """
    known_id = uuid5(mailbox_id, provider_id)
    if not IncomingMail.objects.filter(id=known_id).exists():
        more = {"id": known_id, "provider_id": provider_id, "received_at": received_at}
        _insert(_open_mailbox(mailbox_id, MailSource.RESEND), raw, source=MailSource.RESEND, **more)
    return StoredMail(current_schema(), known_id)


def _open_mailbox(mailbox_id: UUID, source: MailSource) -> Mailbox:
    mailbox = mailbox_with(mailbox_id)
    if mailbox is None:
        logger.warning("mail_refused", reason="mailbox_closed", source=source)
        raise UnknownRecipient
    return mailbox


def _store(mailbox: Mailbox, raw: bytes, **fields: Any) -> IncomingMail:
    if len(raw) > settings.MAIL_MAX_BYTES:
        raise MailTooLarge
    return _insert(mailbox, raw, **fields)


def _insert(mailbox: Mailbox, raw: bytes, **fields: Any) -> IncomingMail:
    if not raw.strip():
        raise EmptyMail
    return IncomingMail.objects.create(
        mailbox=mailbox,
        raw=ContentFile(raw, name="mail.eml"),
        size_bytes=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
        **fields,
    )


def _storable(address: str) -> str:
    """Return a sender's claim without what the database refuses: NUL, lone surrogates, more than 320 characters."""
    return address.encode("utf-8", "replace").decode().replace("\x00", "")[:320]
