"""What an outgoing mail holds, put together from rows: the same each time it is asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.branding import account_branding
from conversations.models import Attachment, Message
from email_channel.composing import MailAddress, OutgoingFile, compose_mail
from email_channel.errors import DeliveryPostponed, DeliveryRefused
from email_channel.file_names import agreeing_name
from email_channel.mail_html import mail_document
from email_channel.models import OutgoingDelivery
from email_channel.queries import customer_has_written
from email_channel.survey_links import SurveyLinks, survey_links
from email_channel.survey_mail import survey_links_html, survey_links_text
from email_channel.unsubscribing import unsubscribe_url
from hummdesk.markup import text_to_html
from hummdesk.safe_html import html_to_text, resolve_images

Mailboxes = tuple[MailAddress, ...]


@dataclass(frozen=True)
class OutgoingMail:
    """One mail to its recipients, of whom `bcc` stand in no header. `html` is our own: escaped or sanitised.

    `is_automatic`: no person wrote it, so that no machine should answer. `unsubscribe_url` stands in the header of
    what answers nobody.
    """

    sender: MailAddress
    to: Mailboxes
    subject: str
    text: str
    html: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    at: datetime
    cc: Mailboxes = ()
    bcc: Mailboxes = ()
    files: tuple[OutgoingFile, ...] = ()
    reply_to: MailAddress | None = None
    is_automatic: bool = False
    unsubscribe_url: str = ""

    def as_bytes(self) -> bytes:
        """Return the mail as it goes over the wire (RFC 5322)."""
        return compose_mail(
            from_=self.sender,
            to=self.to,
            cc=self.cc,
            subject=self.subject,
            text=self.text,
            html=self.html,
            message_id=self.message_id,
            in_reply_to=self.in_reply_to or None,
            references=self.references,
            reply_to=self.reply_to,
            date=self.at,
            attachments=self.files,
            automatic=self.is_automatic,
            unsubscribe_url=self.unsubscribe_url,
        )


def outgoing_mail(deliveries: Sequence[OutgoingDelivery]) -> OutgoingMail:
    """Return the mail of deliveries to some or all of its recipients; email, mailbox and message are loaded.

    One query for the files, one more for a survey's links. Raises: DeliveryRefused for files that are gone or too
    large together, DeliveryPostponed when the disk fails.
    """
    email = deliveries[0].email
    message, mailbox = email.conversation_message, email.mailbox
    signature = mailbox.signature.strip()
    attachments = list(message.attachments.all())
    links = survey_links(email.survey_id) if email.survey_id else None
    html = mail_document(
        words=_with_images(message.body_html, attachments) + _links_html(message, links),
        signature=text_to_html(signature),
        quoted=_with_images(message.quoted_html, attachments),
        branding=account_branding(),
    )
    to, cc, bcc = _recipients(deliveries)
    return OutgoingMail(
        sender=MailAddress(_line(mailbox.name), mailbox.address),
        to=to,
        cc=cc,
        bcc=bcc,
        subject=_line(email.subject),
        text=_text(message, signature, links),
        html=html,
        message_id=email.message_id,
        in_reply_to=email.in_reply_to,
        references=tuple(email.references),
        at=email.created_at,
        files=_files(attachments),
        reply_to=MailAddress(_line(mailbox.name), email.reply_to) if email.reply_to else None,
        is_automatic=email.is_automatic,
        unsubscribe_url=links.stop if links else _unsubscribe_url(deliveries),
    )


def _unsubscribe_url(deliveries: Sequence[OutgoingDelivery]) -> str:
    """Return the way to get no more mail, for somebody to whom we write first; "" for answers and several recipients.

    The link is the recipient's own, so that a mail that others read as well has none.
    """
    email = deliveries[0].email
    if len(deliveries) > 1 or len(email.to) + len(email.cc) > 1 or email.is_automatic or email.in_reply_to:
        return ""
    return "" if customer_has_written(email.conversation_id) else unsubscribe_url(deliveries[0].recipient)


def _links_html(message: Message, links: SurveyLinks | None) -> str:
    """Return what only the customer may follow: the thread shows the message, and agents read that."""
    return survey_links_html(links, message.language) if links else ""


def _text(message: Message, signature: str, links: SurveyLinks | None) -> str:
    quoted = html_to_text(message.quoted_html).strip() if message.quoted_html else ""
    asked = survey_links_text(links, message.language) if links else ""
    parts = [message.body_text, asked, f"-- \n{signature}" if signature else "", quoted]
    return "\n\n".join(filter(None, parts)) + "\n"


def _recipients(deliveries: Sequence[OutgoingDelivery]) -> tuple[Mailboxes, Mailboxes, Mailboxes]:
    """Return To, Cc and Bcc. A mail needs somebody in To: where only others are left, these stand there one by one."""
    email = deliveries[0].email
    wanted = [delivery.recipient for delivery in deliveries]
    to, cc = _among(wanted, email.to), _among(wanted, email.cc)
    named = {mailbox.address for mailbox in (*to, *cc)}
    bcc = tuple(MailAddress("", address) for address in wanted if address not in named)
    if to:
        return to, cc, bcc
    return (cc, (), bcc) if cc else (bcc[:1], (), bcc[1:])


def _among(wanted: Sequence[str], entries: Iterable[dict[str, str]]) -> Mailboxes:
    return tuple(
        MailAddress(_line(entry["name"]), entry["address"]) for entry in entries if entry["address"] in wanted
    )


def _with_images(html: str, attachments: Sequence[Attachment]) -> str:
    """Return HTML whose images are on the web, as the agent said, or among the mail's own files."""
    own = {f"cid:{attachment.content_id}" for attachment in attachments if attachment.content_id}
    return resolve_images(html, lambda source: source if source in own or not source.startswith("cid:") else None)


def _files(attachments: Sequence[Attachment]) -> tuple[OutgoingFile, ...]:
    if sum(attachment.size_bytes for attachment in attachments) > settings.MAIL_MAX_BYTES:
        raise DeliveryRefused(_("The files are larger than 25 MB together. Send large files as a link instead."))
    try:
        return tuple(map(_file, attachments))
    except FileNotFoundError as error:
        raise DeliveryRefused(_("An attached file is gone.")) from error
    except OSError as error:
        raise DeliveryPostponed(str(error.strerror), may_have_left=False) from error


def _file(attachment: Attachment) -> OutgoingFile:
    with attachment.file.open("rb") as file:
        name, content_type = agreeing_name(attachment.name, attachment.content_type)
        return OutgoingFile(
            name=name,
            content_type=content_type,
            content=file.read(),
            content_id=attachment.content_id or None,
        )


def _line(text: str) -> str:
    """Return text for a header: one line, whatever a customer's name or subject holds."""
    return " ".join(text.split())
