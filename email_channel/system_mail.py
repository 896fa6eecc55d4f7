"""Django's own mail (sign-in, invitations), by the same way out as replies."""

from collections.abc import Sequence
from email.utils import make_msgid, parseaddr
from typing import Any

from django.core.mail import EmailMessage as DjangoMail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from email_channel.errors import DeliveryRefused
from email_channel.provider.actions.send_system_mail import queue_system_mail
from email_channel.provider.models import SystemMail
from hummdesk.logs import logger
from hummdesk.markup import text_to_html


class SystemMailBackend(BaseEmailBackend):
    """Queues one mail to each recipient, in the transaction in force. `fail_silently`: a refusal is only logged."""

    def send_messages(self, email_messages: Sequence[DjangoMail]) -> int:
        """Return how many of the messages wait for all their recipients. Raises: DeliveryRefused."""
        return sum(self._queue_for_all(mail) for mail in email_messages)

    def _queue_for_all(self, mail: DjangoMail) -> bool:
        outcomes = [self._queue(mail, recipient) for recipient in mail.recipients()]
        return all(outcomes)

    def _queue(self, mail: DjangoMail, recipient: str) -> bool:
        try:
            queue_system_mail(_row(mail, recipient))
        except DeliveryRefused as error:
            logger.error("system_mail_refused", error=type(error).__name__)
            if not self.fail_silently:
                raise
            return False
        return True


def _row(mail: DjangoMail, recipient: str) -> SystemMail:
    return SystemMail(
        sender=str(mail.from_email),
        recipient=recipient,
        subject=" ".join(str(mail.subject).split()),
        text=str(mail.body),
        html=_html(mail),
        message_id=_message_id(mail),
    )


def _message_id(mail: DjangoMail) -> str:
    domain = parseaddr(mail.from_email)[1].rpartition("@")[2] or "localhost"
    return str(mail.extra_headers.get("Message-ID") or make_msgid(domain=domain))


def _html(mail: DjangoMail) -> str:
    alternatives: Sequence[Any] = mail.alternatives if isinstance(mail, EmailMultiAlternatives) else ()
    for content, content_type in alternatives:
        if content_type == "text/html":
            return str(content)
    return text_to_html(str(mail.body))
