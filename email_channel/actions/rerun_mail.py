"""A stored mail that did not become what its sender wrote is read again."""

from dataclasses import replace
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from accounts.permissions import Permission
from conversations.actions.find_contact import find_or_create_contact
from conversations.actions.receive_message import IncomingText
from conversations.actions.replace_incoming import is_first, replace_incoming
from email_channel.actions.note_participants import note_participants
from email_channel.actions.take_in_mail import TakenIn, envelope_fields, raw_of, take_in_mail
from email_channel.copies import find_copy
from email_channel.enums import IntakeState, Outcome, ParticipantRole
from email_channel.errors import MailInWork, MailWasRead
from email_channel.events import MailTakenIn
from email_channel.models import EmailMessage, IncomingMail
from email_channel.parsing.client import parse_mail
from email_channel.parsing.errors import MailUnreadable, Unreadable
from email_channel.parsing.parsed import ParsedMail
from email_channel.queries.intake import get_incoming_mail
from email_channel.queries.waiting import CLAIM_LASTS
from email_channel.reading import incoming_text
from email_channel.senders import People, people_of
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.logs import logger
from teams.access import Viewer

_TAKEN_IN_ANEW = (Outcome.SUPPRESSED, Outcome.DUPLICATE)


def rerun_mail(*, viewer: Viewer, incoming_mail_id: UUID) -> TakenIn | None:
    """The mail has been read again, and what it says now stands where the notice of it stood.

    One that could not be read keeps its place in its conversation; one that was kept out, or that waits, is taken in
    like a new one. Returns what became of it, None while it waits still. Parsing happens outside of any transaction.
    Raises: PermissionDenied, NotFound, MailInWork, MailWasRead, Conflict when its message is gone.
    """
    viewer.require(Permission.MANAGE_ACCOUNT)
    mail = get_incoming_mail(incoming_mail_id)
    logger.info("mail_rerun", incoming_mail_id=str(mail.id), agent_id=str(viewer.id))
    if mail.outcome != Outcome.QUARANTINED:
        _return_to_queue(viewer, mail.id)
        return take_in_mail(mail.id)
    raw = raw_of(mail)
    try:
        parsed = parse_mail(raw)
        text = incoming_text(parsed, raw)
    except MailUnreadable as error:
        return _note_failure(mail, error.reason)
    except Exception as error:  # the rim of intake: what one mail uncovers leaves it as it is
        logger.error("mail_rerun_failed", incoming_mail_id=str(mail.id), error=type(error).__name__)
        return _note_failure(mail, Unreadable.CRASHED)
    return _replace_notice(viewer.actor, mail.id, parsed, text)


@action
def _note_failure(mail: IncomingMail, reason: Unreadable) -> TakenIn:
    """The mail stays as it is, for this reason, and counts the try. Publishes nothing: nothing has changed."""
    unread = IncomingMail.objects.filter(id=mail.id, outcome=Outcome.QUARANTINED)
    unread.update(reason=reason, rerun_count=F("rerun_count") + 1)
    email = mail.email
    conversation_id = email.conversation_id if email else None
    message_id = email.conversation_message_id if email else None
    return TakenIn(mail.id, Outcome.QUARANTINED, reason, conversation_id, message_id)


@action
def _return_to_queue(viewer: Viewer, id: UUID) -> None:
    """The mail is as when it came; locks it. Raises: MailInWork, MailWasRead. Publishes nothing: taking in does."""
    mail = get_incoming_mail(id, lock=True)
    if mail.state == IntakeState.DONE and mail.outcome not in _TAKEN_IN_ANEW:
        raise MailWasRead
    if mail.state == IntakeState.RECEIVED and mail.claimed_at and mail.claimed_at > timezone.now() - CLAIM_LASTS:
        raise MailInWork
    mail.state, mail.outcome, mail.reason, mail.email = IntakeState.RECEIVED, "", "", None
    mail.claimed_at, mail.attempt_count, mail.rerun_count = None, 0, mail.rerun_count + 1
    mail.save(update_fields=["state", "outcome", "reason", "email", "claimed_at", "attempt_count", "rerun_count"])


@action
def _replace_notice(actor: Actor, id: UUID, parsed: ParsedMail, text: IncomingText) -> TakenIn:
    """Locks the mail, its conversation, its message.

    Raises: MailWasRead when somebody was faster, Conflict when the message is gone. Publishes: MessageReread,
    MailTakenIn.
    """
    mail = get_incoming_mail(id, lock=True)
    email = mail.email
    if mail.outcome != Outcome.QUARANTINED or email is None:
        raise MailWasRead
    people = people_of(parsed, mail.envelope_sender)
    contact = find_or_create_contact(address=people.author.address, name=people.author.name)
    fields = envelope_fields(parsed, people)
    # Before the message changes, which a copy is told by.
    fields |= _identity(mail, email, parsed, text)
    text = replace(text, at=mail.received_at, cc=people.others)
    message = replace_incoming(
        message_id=email.conversation_message_id, contact=contact, subject=parsed.subject, text=text, actor=actor
    )
    EmailMessage.objects.filter(id=email.id).update(**fields)
    began = is_first(message)
    if began and not people.is_own:
        _note_customer(email, people)
    mail.outcome, mail.reason = (Outcome.CREATED if began else Outcome.APPENDED), email.landed_because
    mail.rerun_count += 1
    mail.save(update_fields=["outcome", "reason", "rerun_count"])
    publish(
        MailTakenIn(
            actor=actor,
            incoming_mail_id=mail.id,
            outcome=mail.outcome,
            reason=mail.reason,
            conversation_id=message.conversation_id,
        )
    )
    return TakenIn(mail.id, Outcome(mail.outcome), mail.reason, message.conversation_id, message.id)


def _identity(mail: IncomingMail, email: EmailMessage, parsed: ParsedMail, text: IncomingText) -> dict[str, str]:
    """Return the Message-ID and the key that copies are known by, where they were not to be read before."""
    message_id = parsed.message_id or ""
    if message_id == email.message_id:
        return {}
    key, known = find_copy(mail.mailbox, parsed, text, sha256=mail.sha256)
    return {"message_id": message_id} | ({"dedupe_key": key} if known is None else {})


def _note_customer(email: EmailMessage, people: People) -> None:
    author = people.author
    note_participants(email.conversation, {author.address: ParticipantRole.CUSTOMER}, {author.address: author.name})
