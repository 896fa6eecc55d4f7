"""How a mail leaves: through Resend when there is a key, else into the local catcher."""

import base64
from dataclasses import replace
from typing import Protocol

import requests
import resend
import resend.exceptions
from django.conf import settings
from urllib3.exceptions import MaxRetryError, NewConnectionError

from email_channel.catcher import PLATFORM_FOLDER, catch_mail
from email_channel.composing import AUTOMATIC_HEADERS, MailAddress, OutgoingFile, Uncomposable, unsubscribe_headers
from email_channel.errors import DeliveryPostponed, DeliveryRefused, NotYourTurn
from email_channel.outgoing import OutgoingMail
from email_channel.provider.bucket import await_turn, pause_turns
from email_channel.provider_words import ACCOUNT_TAG, DELIVERY_TAG

TIMEOUT_S = 20
# Whose sign-in mail and invitations are.
PLATFORM = "public"
# Answers that another try cannot change: the mail itself is wrong. A missing or wrong key (401, 403) is the
# operator's to mend, and the mail waits for that.
_FINAL_CODES = frozenset({400, 404, 413, 422})
# Answers of a provider that has taken nothing: no key that works, a limit or a quota that is used up.
_NOTHING_TAKEN_CODES = frozenset({401, 402, 403, 429})
# Longer than this no worker stands waiting for its turn at the provider.
TURN_WAIT_S = 2.0


class Transport(Protocol):
    """A way out."""

    def send(self, mail: OutgoingMail, *, key: str, folder: str) -> str:
        """The mail has been handed over; returns the provider's id for it.

        `key` is the idempotency key: the same mail with the same key leaves once. `folder` is the schema of
        the account.
        Raises: DeliveryRefused for good, DeliveryPostponed for now, NotYourTurn where nothing was tried.
        """


class CatcherTransport:
    """Writes mails to disk, for installations without a provider."""

    def send(self, mail: OutgoingMail, *, key: str, folder: str) -> str:
        """Raises: DeliveryRefused for what no mail may hold, DeliveryPostponed when the disk is full."""
        try:
            shelf = PLATFORM_FOLDER if folder == PLATFORM else folder
            return catch_mail(mail.as_bytes(), folder=shelf, key=key, at=mail.at)
        except Uncomposable as error:
            raise DeliveryRefused(str(error)) from error
        except OSError as error:
            raise DeliveryPostponed(str(error.strerror), may_have_left=False) from error


class ResendTransport:
    """Sends by Resend's API. Source: resend.com/docs/api-reference/emails/send-email."""

    def send(self, mail: OutgoingMail, *, key: str, folder: str) -> str:
        """Raises: DeliveryRefused, NotYourTurn, DeliveryPostponed (time-outs, 5xx, a key that does not work).

        Waits for the account's turn, at most `TURN_WAIT_S`. Account and key go along as tags, which the provider's
        events bring back. The id is empty where the provider knows the key from another wording: a signature was
        changed between two tries, and the first one had arrived.
        """
        refuse_uncomposable(mail)
        wait_s = await_turn(folder, most_s=TURN_WAIT_S)
        if wait_s:
            raise NotYourTurn(wait_s)
        resend.api_key = settings.RESEND_API_KEY
        resend.api_url = settings.RESEND_API_URL.rstrip("/")
        try:
            tags: list[resend.Tag] = [{"name": ACCOUNT_TAG, "value": folder}, {"name": DELIVERY_TAG, "value": key}]
            answer = resend.Emails.send({**send_parameters(mail), "tags": tags}, {"idempotency_key": key})
            return str(answer["id"])
        except resend.exceptions.ResendError as error:
            if error.error_type == "invalid_idempotent_request":
                return ""
            raise _refusal(error) from error
        except (KeyError, TypeError) as error:
            raise DeliveryPostponed("The provider's answer has no id.") from error


class CaughtTransport:
    """Sends by Resend's API on loopback, which delivers to nobody, and so into the catcher too."""

    def send(self, mail: OutgoingMail, *, key: str, folder: str) -> str:
        """Raises: what the two ways out raise. A second try with the same key replaces the copy."""
        provider_id = ResendTransport().send(mail, key=key, folder=folder)
        CatcherTransport().send(mail, key=key, folder=folder)
        return provider_id


def transport() -> Transport:
    """Return the way out that the settings name."""
    if settings.RESEND_API_KEY and settings.MAIL_IS_CAUGHT:
        return CaughtTransport()
    return ResendTransport() if settings.RESEND_API_KEY else CatcherTransport()


def refuse_uncomposable(mail: OutgoingMail) -> None:
    """Raises: DeliveryRefused for what no header may hold, whatever the provider would make of it."""
    try:
        files = tuple(replace(file, content=b"") for file in mail.files)
        replace(mail, text="", html="", files=files).as_bytes()
    except Uncomposable as error:
        raise DeliveryRefused(str(error)) from error


def send_parameters(mail: OutgoingMail) -> resend.Emails.SendParams:
    """Return a mail as the provider takes it."""
    parameters = _words(mail)
    if mail.cc:
        parameters["cc"] = [_mailbox(mailbox) for mailbox in mail.cc]
    if mail.bcc:
        parameters["bcc"] = [_mailbox(mailbox) for mailbox in mail.bcc]
    if mail.reply_to:
        parameters["reply_to"] = [_mailbox(mail.reply_to)]
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
    if mail.is_automatic:
        headers |= AUTOMATIC_HEADERS
    headers |= unsubscribe_headers(mail.unsubscribe_url)
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
    code = int(error.code)
    if code in _FINAL_CODES:
        return DeliveryRefused(str(error))
    if error.error_type == "rate_limit_exceeded":
        wait_s = _retry_after_s(error)
        pause_turns(wait_s)
        return NotYourTurn(wait_s)
    took_nothing = code in _NOTHING_TAKEN_CODES or _never_connected(error)
    return DeliveryPostponed(str(error), may_have_left=not took_nothing)


def _retry_after_s(error: resend.exceptions.ResendError) -> float:
    given = {name.lower(): value for name, value in error.headers.items()}.get("retry-after", "")
    return min(float(given), 60.0) if given.isascii() and given.isdigit() else 1.0


def _never_connected(error: BaseException) -> bool:
    """Return whether no connection came about, so that the provider cannot have the mail."""
    cause = error.__context__
    while cause is not None:
        reason = cause.args[0] if isinstance(cause, requests.ConnectionError) and cause.args else None
        if isinstance(reason, MaxRetryError):
            return isinstance(reason.reason, NewConnectionError)
        cause = cause.__context__
    return False


resend.default_http_client = resend.RequestsClient(timeout=TIMEOUT_S)
