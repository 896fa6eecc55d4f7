"""How a mail leaves: through Resend when there is a key, else into the local catcher."""

import base64
from typing import Protocol

import resend
import resend.exceptions
from django.conf import settings

from email_channel.catcher import catch_mail
from email_channel.composing import MailAddress, OutgoingFile, Uncomposable
from email_channel.errors import DeliveryPostponed, DeliveryRefused
from email_channel.outgoing import OutgoingMail

TIMEOUT_S = 20
# Answers that another try cannot change: the mail itself is wrong. A missing or wrong key (401, 403) is the
# operator's to mend, and the mail waits for that.
_FINAL_CODES = frozenset({400, 404, 413, 422})


class Transport(Protocol):
    """A way out."""

    def send(self, mail: OutgoingMail, *, key: str, folder: str) -> str:
        """The mail has been handed over; returns the provider's id for it.

        `key` is the idempotency key: the same mail with the same key leaves once. `folder` names the account.
        Raises: DeliveryRefused for good, DeliveryPostponed for now.
        """


class CatcherTransport:
    """Writes mails to disk, for installations without a provider."""

    def send(self, mail: OutgoingMail, *, key: str, folder: str) -> str:
        """Raises: DeliveryRefused for what no mail may hold, DeliveryPostponed when the disk is full."""
        try:
            return catch_mail(mail.as_bytes(), folder=folder, key=key, at=mail.at)
        except Uncomposable as error:
            raise DeliveryRefused(str(error)) from error
        except OSError as error:
            raise DeliveryPostponed(str(error.strerror)) from error


class ResendTransport:
    """Sends by Resend's API. Source: resend.com/docs/api-reference/emails/send-email."""

    def send(self, mail: OutgoingMail, *, key: str, folder: str) -> str:
        """Raises: DeliveryRefused, DeliveryPostponed (limits, time-outs, 5xx, a key that does not work).

        The id is empty where the provider knows the key from another wording: a signature was changed between
        two tries, and the first one had arrived.
        """
        resend.api_key = settings.RESEND_API_KEY
        resend.api_url = settings.RESEND_API_URL.rstrip("/")
        try:
            answer = resend.Emails.send(_parameters(mail), {"idempotency_key": key})
            return str(answer["id"])
        except resend.exceptions.ResendError as error:
            if error.error_type == "invalid_idempotent_request":
                return ""
            raise _refusal(error) from error
        except (KeyError, TypeError) as error:
            raise DeliveryPostponed("The provider's answer has no id.") from error


def transport() -> Transport:
    """Return the way out that the settings name."""
    return ResendTransport() if settings.RESEND_API_KEY else CatcherTransport()


def _parameters(mail: OutgoingMail) -> resend.Emails.SendParams:
    parameters = _words(mail)
    if mail.cc:
        parameters["cc"] = [_mailbox(mailbox) for mailbox in mail.cc]
    if mail.bcc:
        parameters["bcc"] = [_mailbox(mailbox) for mailbox in mail.bcc]
    if mail.files:
        parameters["attachments"] = [_attachment(file) for file in mail.files]
    return parameters


def _attachment(file: OutgoingFile) -> resend.Attachment:
    attachment: resend.Attachment = {
        "filename": file.name,
        "content": base64.b64encode(file.content).decode("ascii"),
        "content_type": file.content_type,
    }
    if file.content_id:
        attachment["content_id"] = file.content_id
    return attachment


def _words(mail: OutgoingMail) -> resend.Emails.SendParams:
    headers = {"Message-ID": mail.message_id}
    if mail.in_reply_to:
        headers["In-Reply-To"] = mail.in_reply_to
    if mail.references:
        headers["References"] = " ".join(mail.references)
    return {
        "from": _mailbox(mail.sender),
        "to": [_mailbox(mailbox) for mailbox in mail.to],
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "headers": headers,
    }


def _mailbox(address: MailAddress) -> str:
    name = address.name.replace("\\", "").replace('"', "")
    return f'"{name}" <{address.address}>' if name else address.address


def _refusal(error: resend.exceptions.ResendError) -> DeliveryRefused | DeliveryPostponed:
    return DeliveryRefused(str(error)) if int(error.code) in _FINAL_CODES else DeliveryPostponed(str(error))


resend.default_http_client = resend.RequestsClient(timeout=TIMEOUT_S)
