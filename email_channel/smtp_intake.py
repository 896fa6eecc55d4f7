"""What the SMTP listener asks and hands over: who is known here, and each recipient's mailbox gets the raw mail."""

from collections.abc import Sequence
from uuid import UUID

from accounts.queries import RoutedAddress
from email_channel.actions.store_mail import store_mail
from email_channel.enums import MailSource
from email_channel.errors import UnknownRecipient
from email_channel.queries import mailbox_with
from email_channel.recipients import route_of
from email_channel.smtp import RecipientOutcome
from hummdesk.errors import DomainError
from hummdesk.logs import logger
from hummdesk.tenancy.context import account_context


def is_known_address(address: str) -> bool:
    """Return whether an open mailbox takes mail for this address. Two queries."""
    route = route_of(address)
    if route is None:
        return False
    with account_context(route.account):
        return mailbox_with(route.mailbox_id) is not None


def accept_mail(raw: bytes, envelope_sender: str, recipients: Sequence[str]) -> list[RecipientOutcome]:
    """The mail is stored once for each mailbox that a recipient belongs to; returns what became of each recipient.

    A worker takes it in from there. What fails on our side is raised: the sender then tries again, for all
    recipients, and those who have the mail already get it as a duplicate.
    """
    routes = {recipient: route_of(recipient) for recipient in recipients}
    mailboxes = {route.mailbox_id: route for route in routes.values() if route}
    refusals = {key: _refusal(route, raw, envelope_sender) for key, route in mailboxes.items()}
    return [_outcome(recipient, routes[recipient], refusals) for recipient in recipients]


def _refusal(route: RoutedAddress, raw: bytes, envelope_sender: str) -> str:
    """Store the mail for one mailbox; return why it was not, or nothing."""
    try:
        with account_context(route.account):
            store_mail(mailbox_id=route.mailbox_id, raw=raw, source=MailSource.SMTP, envelope_sender=envelope_sender)
    except DomainError as error:
        return str(error.detail)
    return ""


def _outcome(recipient: str, route: RoutedAddress | None, refusals: dict[UUID, str]) -> RecipientOutcome:
    if route is None:
        logger.warning("mail_refused", reason="unknown_recipient", source=MailSource.SMTP)
        return RecipientOutcome(recipient, False, str(UnknownRecipient.title))
    reason = refusals[route.mailbox_id]
    return RecipientOutcome(recipient, not reason, reason)
