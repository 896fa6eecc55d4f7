"""A stored mail becomes a message, or is set aside with a reason; it never stays unseen."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, ProgrammingError
from django.db.models import F, Q
from django.utils import timezone

from conversations.actions.find_contact import find_or_create_contact
from conversations.actions.receive_message import IncomingText, open_conversation, receive_message
from conversations.models import Contact, Message
from email_channel.actions.apply_bounce import apply_bounce
from email_channel.actions.note_participants import note_name, note_participants
from email_channel.copies import find_copy
from email_channel.enums import AutoReplyWhen, Direction, IntakeState, Outcome, ParticipantRole
from email_channel.events import AutoReplyAsked, MailTakenIn
from email_channel.models import EmailMessage, IncomingMail
from email_channel.models.email_message import named_key
from email_channel.parsing.client import parse_headers, parse_mail
from email_channel.parsing.errors import MailUnreadable, Unreadable
from email_channel.parsing.parsed import ParsedAddress, ParsedMail
from email_channel.queries import CLAIM_LASTS
from email_channel.queries.intake import lock_state_of
from email_channel.queries.threads import own_mail_with_id
from email_channel.reading import incoming_text, unreadable_text
from email_channel.senders import People, people_of
from email_channel.threading import Sender, Thread, find_thread, named_ids
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.logs import logger

# After so many processes have died over a mail it is set aside unread.
ATTEMPTS_MOST = 3
HEADERS_KEPT = 200
# The disk, the connection, or a migration that has yet to run: another try may go well.
_NOT_OF_THE_MAIL = (OSError, InterfaceError, OperationalError, ProgrammingError)


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
    Raises: DatabaseError, OSError when the database or the disk fails; the mail then waits for the sweep.
    """
    mail = _claim(incoming_mail_id)
    return _result_of(incoming_mail_id) if mail is None else take_in_claimed(mail, raw_of(mail))


def take_in_claimed(mail: IncomingMail, raw: bytes) -> TakenIn:
    """What `take_in_mail` says, for a mail that the caller has claimed, and whose bytes these are."""
    try:
        parsed = _parse(mail, raw)
        return _store(mail, parsed, incoming_text(parsed, raw))
    except _NOT_OF_THE_MAIL:
        raise
    except MailUnreadable as error:
        reason = error.reason
    except Exception as error:  # the rim of intake: a fault that one mail uncovers must not hide the mail
        logger.error("mail_intake_failed", incoming_mail_id=str(mail.id), error=type(error).__name__)
        reason = Unreadable.CRASHED
    logger.warning("mail_quarantined", incoming_mail_id=str(mail.id), reason=reason)
    return _set_aside(mail, raw, reason)


def _set_aside(mail: IncomingMail, raw: bytes, reason: Unreadable) -> TakenIn:
    """The mail is stored unread under the sender and subject that its header tells, where that can be read."""
    text = unreadable_text(raw, reason)
    try:
        return _store(mail, parse_headers(raw), text)
    except _NOT_OF_THE_MAIL:
        raise
    except Exception as error:  # the rim of intake: the header may hold what broke the first try
        logger.error("mail_header_refused", incoming_mail_id=str(mail.id), error=type(error).__name__)
        return _store(mail, ParsedMail(), text)


def raw_of(mail: IncomingMail) -> bytes:
    """Return the mail as it came, nothing where its file is gone: the row alone still becomes visible."""
    try:
        with mail.raw.open("rb") as file:
            return bytes(file.read())
    except FileNotFoundError:
        logger.error("raw_mail_missing", incoming_mail_id=str(mail.id))
        return b""


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


@action
def _store(mail: IncomingMail, parsed: ParsedMail, text: IncomingText) -> TakenIn:
    """Locks the mail's row and its Message-ID, so that no other process stores it or its twin meanwhile.

    Publishes: MailTakenIn, AutoReplyAsked, and what the conversation publishes.
    """
    done = _result_of(mail.id) if lock_state_of(mail.id) == IntakeState.DONE else None
    if done is not None:
        return done
    key, known = find_copy(mail.mailbox, parsed, text, sha256=mail.sha256)
    if known is not None:
        return _finish(mail, known, Outcome.DUPLICATE, "message_id" if parsed.message_id else "content")
    if (bounce := _as_bounce(mail, parsed)) is not None:
        return bounce
    people = people_of(parsed, mail.envelope_sender)
    echo = own_mail_with_id(mail.mailbox, parsed.message_id) if people.is_own and parsed.message_id else None
    if echo is not None:
        return _finish(mail, echo, Outcome.SUPPRESSED, "own_mail")
    contact = find_or_create_contact(address=people.author.address, name=people.author.name)
    thread = find_thread(parsed, mail.mailbox, _sender(people, contact))
    text = replace(
        text,
        at=mail.received_at,
        cc=people.others,
        sender_doubt=thread.doubt,
        names_conversation=thread.names.id if thread.names else None,
    )
    message = _message_in(thread, mail, contact, parsed, text)
    email = _envelope(mail, parsed, message, key, thread, people)
    _note_participants(thread, message, people)
    if text.unreadable_reason:
        return _finish(mail, email, Outcome.QUARANTINED, text.unreadable_reason)
    if thread.conversation is None:
        _ask_for_auto_reply(email)
    return _finish(mail, email, Outcome.APPENDED if thread.conversation else Outcome.CREATED, thread.because)


def _ask_for_auto_reply(email: EmailMessage) -> None:
    if email.mailbox.auto_reply != AutoReplyWhen.NEVER and not email.is_automatic:
        publish(AutoReplyAsked(actor=Actor.system(), conversation_id=email.conversation_id, email_id=email.id))


def _as_bounce(mail: IncomingMail, parsed: ParsedMail) -> TakenIn | None:
    """A bounce or complaint is shown at the mail that it is about; it opens and joins no conversation.

    Returns None for other mail, and for what is about no mail of ours where somebody has it read again: a person has
    looked at it and wants to see it.
    """
    if parsed.bounce is None:
        return None
    about = apply_bounce(bounce=parsed.bounce, at=mail.received_at)
    if about is None and mail.rerun_count:
        return None
    return _finish(mail, about, Outcome.SUPPRESSED, "complaint" if parsed.kind.is_abuse_report else "bounce")


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


def _sender(people: People, contact: Contact) -> Sender:
    return Sender(
        contact=contact,
        address=people.author.address,
        is_clear=people.is_clear,
        is_own=people.is_own,
        authentication=people.authentication,
    )


def _note_participants(thread: Thread, message: Message, people: People) -> None:
    """The customer of a new conversation takes part in it, and whom its people copy; see `Thread.is_trusted`."""
    conversation, author = message.conversation, people.author
    if thread.conversation is None and not people.is_own:
        note_participants(conversation, {author.address: ParticipantRole.CUSTOMER}, {author.address: author.name})
    elif thread.is_trusted:
        note_name(conversation, author.address, author.name)
    if thread.is_trusted and people.is_clear:
        note_participants(conversation, dict.fromkeys(people.others, ParticipantRole.COPIED), people.names)


def _envelope(
    mail: IncomingMail, parsed: ParsedMail, message: Message, key: str, thread: Thread, people: People
) -> EmailMessage:
    return EmailMessage.objects.create(
        direction=Direction.INCOMING,
        mailbox=mail.mailbox,
        conversation_id=message.conversation_id,
        conversation_message=message,
        message_id=parsed.message_id or "",
        dedupe_key=key,
        raw=mail.raw.name,
        landed_because=thread.because,
        landing=thread.landing(mail.mailbox),
        **envelope_fields(parsed, people),
    )


def envelope_fields(parsed: ParsedMail, people: People) -> dict[str, Any]:
    """Return what an `EmailMessage` keeps of what the mail says of itself, besides its Message-ID."""
    author = parsed.from_ or parsed.author
    return {
        "in_reply_to": parsed.in_reply_to or "",
        "references": list(parsed.references),
        "subject": parsed.subject,
        "from_name": author.name if author else "",
        "from_address": author.address if author else "",
        "to": _addresses(parsed.to),
        "cc": _addresses(parsed.cc),
        "headers": [list(header) for header in parsed.headers[:HEADERS_KEPT]],
        "sent_at": parsed.date,
        "is_automatic": parsed.kind.is_automatic,
        "is_bounce": parsed.kind.is_bounce,
        "named_keys": [named_key(message_id) for message_id in named_ids(parsed)],
        "authentication": people.authentication.as_json(),
    }


def _addresses(addresses: tuple[ParsedAddress, ...]) -> list[dict[str, str]]:
    return [{"name": address.name, "address": address.address} for address in addresses]


def _finish(mail: IncomingMail, email: EmailMessage | None, outcome: Outcome, reason: str) -> TakenIn:
    mail.state, mail.outcome, mail.reason, mail.email = IntakeState.DONE, outcome, reason, email
    mail.save(update_fields=["state", "outcome", "reason", "email"])
    conversation_id = email.conversation_id if email else None
    publish(
        MailTakenIn(
            actor=Actor.system(),
            incoming_mail_id=mail.id,
            outcome=outcome,
            reason=reason,
            conversation_id=conversation_id,
        )
    )
    return TakenIn(mail.id, outcome, reason, conversation_id, email.conversation_message_id if email else None)


def _result_of(id: UUID) -> TakenIn | None:
    mail = IncomingMail.objects.select_related("email").get(id=id)
    if mail.state != IntakeState.DONE:
        return None
    email = mail.email
    return TakenIn(
        mail.id,
        Outcome(mail.outcome),
        mail.reason,
        email.conversation_id if email else None,
        email.conversation_message_id if email else None,
    )
