"""What an outgoing mail holds, put together from rows: the same each time it is asked for."""

from dataclasses import dataclass
from datetime import datetime

from email_channel.composing import MailAddress, compose_mail
from email_channel.models import OutgoingDelivery
from hummdesk.markup import text_to_html


@dataclass(frozen=True)
class OutgoingMail:
    """One mail to one recipient. `html` is our own: escaped text and sanitised replies."""

    sender: MailAddress
    recipient: MailAddress
    subject: str
    text: str
    html: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    at: datetime

    def as_bytes(self) -> bytes:
        """Return the mail as it goes over the wire (RFC 5322)."""
        return compose_mail(
            from_=self.sender,
            to=[self.recipient],
            subject=self.subject,
            text=self.text,
            html=self.html,
            message_id=self.message_id,
            in_reply_to=self.in_reply_to or None,
            references=self.references,
            date=self.at,
        )


def outgoing_mail(delivery: OutgoingDelivery) -> OutgoingMail:
    """Return the mail of a delivery, whose email, mailbox and message are loaded. No query."""
    email, message, mailbox = delivery.email, delivery.email.conversation_message, delivery.email.mailbox
    signature = mailbox.signature.strip()
    names = {entry["address"]: entry["name"] for entry in email.to}
    return OutgoingMail(
        sender=MailAddress(_line(mailbox.name), mailbox.address),
        recipient=MailAddress(_line(names.get(delivery.recipient, "")), delivery.recipient),
        subject=_line(email.subject),
        text=f"{message.body_text}\n\n-- \n{signature}\n" if signature else f"{message.body_text}\n",
        html=f"{message.body_html}\n{text_to_html(signature)}" if signature else message.body_html,
        message_id=email.message_id,
        in_reply_to=email.in_reply_to,
        references=tuple(email.references),
        at=email.created_at,
    )


def _line(text: str) -> str:
    """Return text for a header: one line, whatever a customer's name or subject holds."""
    return " ".join(text.split())
