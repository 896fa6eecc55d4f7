"""Django's own mail (sign-in, invitations), by the same way out as replies."""

from collections.abc import Sequence
from email.utils import make_msgid, parseaddr
from typing import Any

import uuid7
from django.core.mail import EmailMessage as DjangoMail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from email_channel.catcher import PLATFORM_FOLDER
from email_channel.composing import MailAddress
from email_channel.errors import DeliveryPostponed, DeliveryRefused
from email_channel.outgoing import OutgoingMail
from email_channel.transports import transport
from hummdesk.logs import logger
from hummdesk.markup import text_to_html


class SystemMailBackend(BaseEmailBackend):
    """Sends one mail to each recipient; with `fail_silently` a failure is logged only."""

    def send_messages(self, email_messages: Sequence[DjangoMail]) -> int:
        """Return how many of the messages went to all their recipients."""
        return sum(self._send_to_all(mail) for mail in email_messages)

    def _send_to_all(self, mail: DjangoMail) -> bool:
        outcomes = [self._send(mail, recipient) for recipient in mail.recipients()]
        return all(outcomes)

    def _send(self, mail: DjangoMail, recipient: str) -> bool:
        try:
            transport().send(_outgoing(mail, recipient), key=str(uuid7.create()), folder=PLATFORM_FOLDER)
        except (DeliveryRefused, DeliveryPostponed) as error:
            logger.error("system_mail_failed", error=type(error).__name__)
            if not self.fail_silently:
                raise
            return False
        return True


def _outgoing(mail: DjangoMail, recipient: str) -> OutgoingMail:
    sender = MailAddress(*parseaddr(mail.from_email))
    return OutgoingMail(
        sender=sender,
        to=(MailAddress(*parseaddr(recipient)),),
        subject=" ".join(str(mail.subject).split()),
        text=str(mail.body),
        html=_html(mail),
        message_id=make_msgid(domain=sender.address.rpartition("@")[2]),
        in_reply_to="",
        references=(),
        at=timezone.now(),
    )


def _html(mail: DjangoMail) -> str:
    alternatives: Sequence[Any] = mail.alternatives if isinstance(mail, EmailMultiAlternatives) else ()
    for content, content_type in alternatives:
        if content_type == "text/html":
            return str(content)
    return text_to_html(str(mail.body))
