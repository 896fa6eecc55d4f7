"""A stored mail becomes a message, or is set aside with a reason; it never stays unseen."""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F, Q
from django.utils import timezone

from conversations.actions.find_contact import find_or_create_contact
from conversations.actions.receive_message import IncomingText, open_conversation, receive_message
from conversations.models import Contact, Message
from email_channel.enums import Direction, IntakeState, Outcome
from email_channel.events import MailTakenIn
from email_channel.models import EmailMessage, IncomingMail
from email_channel.models.email_message import message_key
from email_channel.parsing.client import parse_mail
from email_channel.parsing.errors import MailUnreadable, Unreadable
from email_channel.parsing.parsed import ParsedAddress, ParsedMail
from email_channel.queries import CLAIM_LASTS, known_mail
from email_channel.reading import author_of, incoming_text, unreadable_text
from email_channel.threading import Thread, find_thread
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.logs import logger

# After so many processes have died over a mail it is set aside unread.
ATTEMPTS_MOST = 3
HEADERS_KEPT = 200


@dataclass(frozen=True)
class TakenIn:
    """What became of a mail; the ids are None where it is in no conversation."""

    id: UUID
    outcome: Outcome
    reason: str
    conversation_id: UUID | None
    message_id: UUID | None


def take_in_mail(incoming_mail_id: UUID) -> TakenIn | None:
    """The mail is in a conversation, known as a duplicate, or in a conversation of its own as unreadable.

    Returns what became of it, or None while another process works on it. Safe to run twice.
    Parsing happens in a child process, outside of any transaction.
    """
    mail = _claim(incoming_mail_id)
    if mail is None:
        return _result_of(incoming_mail_id)
    with mail.raw.open("rb") as file:
        raw = file.read()
    try:
        parsed = _parse(mail, raw)
    except MailUnreadable as error:
        logger.warning("mail_quarantined", incoming_mail_id=str(mail.id), reason=error.reason)
        return _store(mail, ParsedMail(), unreadable_text(raw, error.reason))
    return _store(mail, parsed, incoming_text(parsed))


def _parse(mail: IncomingMail, raw: bytes) -> ParsedMail:
    if mail.attempt_count > ATTEMPTS_MOST:
        raise MailUnreadable(Unreadable.CRASHED)
    return parse_mail(raw)


def _claim(id: UUID) -> IncomingMail | None:
    """Return the mail if nobody else has it: a conditional update, so that one process wins."""
    now = timezone.now()
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_LASTS)
    claimed = IncomingMail.objects.filter(free, id=id, state=IntakeState.RECEIVED)
    if not claimed.update(claimed_at=now, attempt_count=F("attempt_count") + 1):
        return None
    return IncomingMail.objects.select_related("mailbox", "mailbox__team").get(id=id)


def _store(mail: IncomingMail, parsed: ParsedMail, text: IncomingText) -> TakenIn:
    try:
        return _store_once(mail, parsed, text)
    except IntegrityError:
        # The same mail came twice at the same moment, and the other one was first.
        return _store_once(mail, parsed, text)


@action
def _store_once(mail: IncomingMail, parsed: ParsedMail, text: IncomingText) -> TakenIn:
    """Publishes: MailTakenIn, and what the conversation publishes."""
    key = message_key(parsed.message_id) if parsed.message_id else mail.sha256
    known = known_mail(mail.mailbox, key)
    if known is not None:
        return _finish(mail, known, Outcome.DUPLICATE, "message_id" if parsed.message_id else "content")
    author = author_of(parsed, mail.envelope_sender)
    contact = find_or_create_contact(address=author.address, name=author.name)
    thread = find_thread(parsed, mail.mailbox, contact)
    message = _message_in(thread, mail, contact, parsed, text)
    email = _envelope(mail, parsed, message, key, thread)
    if text.unreadable_reason:
        return _finish(mail, email, Outcome.QUARANTINED, text.unreadable_reason)
    return _finish(mail, email, Outcome.APPENDED if thread.conversation else Outcome.CREATED, thread.because)


def _message_in(
    thread: Thread, mail: IncomingMail, contact: Contact, parsed: ParsedMail, text: IncomingText
) -> Message:
    if thread.conversation is not None:
        return receive_message(conversation=thread.conversation, contact=contact, text=text)
    return open_conversation(
        contact=contact,
        subject=parsed.subject,
        text=text,
        mailbox_id=mail.mailbox_id,
        team=mail.mailbox.team,
    )


def _envelope(mail: IncomingMail, parsed: ParsedMail, message: Message, key: str, thread: Thread) -> EmailMessage:
    author = parsed.from_ or parsed.author
    return EmailMessage.objects.create(
        direction=Direction.INCOMING,
        mailbox=mail.mailbox,
        conversation_id=message.conversation_id,
        conversation_message=message,
        message_id=parsed.message_id or "",
        dedupe_key=key,
        in_reply_to=parsed.in_reply_to or "",
        references=list(parsed.references),
        subject=parsed.subject,
        from_name=author.name if author else "",
        from_address=author.address if author else "",
        to=_addresses(parsed.to),
        cc=_addresses(parsed.cc),
        headers=[list(header) for header in parsed.headers[:HEADERS_KEPT]],
        raw=mail.raw.name,
        sent_at=parsed.date,
        is_automatic=parsed.kind.is_automatic,
        is_bounce=parsed.kind.is_bounce,
        landed_because=thread.because,
    )


def _addresses(addresses: tuple[ParsedAddress, ...]) -> list[dict[str, str]]:
    return [{"name": address.name, "address": address.address} for address in addresses]


def _finish(mail: IncomingMail, email: EmailMessage, outcome: Outcome, reason: str) -> TakenIn:
    mail.state, mail.outcome, mail.reason, mail.email = IntakeState.DONE, outcome, reason, email
    mail.save(update_fields=["state", "outcome", "reason", "email"])
    conversation_id = email.conversation_id
    publish(
        MailTakenIn(
            actor=Actor.system(),
            incoming_mail_id=mail.id,
            outcome=outcome,
            reason=reason,
            conversation_id=conversation_id,
        )
    )
    return TakenIn(mail.id, outcome, reason, conversation_id, email.conversation_message_id)


def _result_of(id: UUID) -> TakenIn | None:
    mail = IncomingMail.objects.select_related("email").filter(id=id, state=IntakeState.DONE).first()
    if mail is None:
        return None
    email = mail.email
    return TakenIn(
        mail.id,
        Outcome(mail.outcome),
        mail.reason,
        email.conversation_id if email else None,
        email.conversation_message_id if email else None,
    )
