"""A mail that a program asks for: in a conversation, or as the first message of a new one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.access import get_conversation_for, get_message_for
from conversations.actions.recipients import checked_recipients
from conversations.actions.release_reply import send_now
from conversations.actions.start_conversation import start_conversation
from conversations.actions.write_message import send_reply
from conversations.errors import NoReplyChannel
from conversations.models import Conversation, Message
from email_channel.models import EmailMessage
from email_channel.queries import MESSAGE_ID_MAX_LENGTH, active_mailboxes, mailbox_with, suppressions_of
from hummdesk.errors import ValidationFailed
from hummdesk.events.publishing import action
from hummdesk.markup import one_line
from teams.access import Viewer

SUBJECT_CHARS = 300
# Ids that a header may carry (RFC 5322 section 3.6.4).
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,}>")


@dataclass(frozen=True, kw_only=True)
class MailWords:
    """What a mail says. HTML goes before text, and is made safe."""

    subject: str
    body_html: str = ""
    body_text: str = ""
    attachment_ids: Sequence[UUID] = ()


@action
def send_mail(
    *,
    viewer: Viewer,
    words: MailWords,
    to: Sequence[str],
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    conversation_id: UUID | int | str | None = None,
    reply_to_message_id: UUID | None = None,
    mailbox_id: UUID | None = None,
) -> EmailMessage:
    """The mail waits to be sent, at once and whatever the account's time for undo is.

    It is in the conversation named, or in that of the message that it answers, else in a new one with the first of
    `to` as its customer, from the mailbox named or the account's first. Locks the conversation.
    Raises: NotFound, PermissionDenied, ValidationFailed (also for suppressed addresses), EmptyMessage,
    UnknownAttachments, NoReplyChannel, MergedAway.
    Publishes: MailQueued, and what `start_conversation` or `send_reply` does.
    """
    viewer.require(Permission.REPLY)
    recipients = reachable_recipients(to)
    answered = get_message_for(viewer, reply_to_message_id) if reply_to_message_id else None
    conversation = _conversation(viewer, conversation_id, answered)
    body: dict[str, Any] = {
        "body_html": words.body_html,
        "body_text": words.body_text,
        "attachment_ids": words.attachment_ids,
    }
    if conversation is not None:
        people = _people(conversation, recipients, cc)
        message = send_reply(viewer=viewer, conversation_id=conversation.id, bcc=bcc, **people, **body)
    else:
        message = start_conversation(
            viewer=viewer,
            address=recipients[0],
            mailbox_id=sending_mailbox_id(mailbox_id),
            given={"subject": one_line(words.subject, SUBJECT_CHARS)},
            cc=[*recipients[1:], *cc],
            bcc=bcc,
            **body,
        )
    if message.send_at is not None:
        send_now(viewer=viewer, message_id=message.id)
    return _addressed(message, words.subject, answered)


def reachable_recipients(to: Sequence[str]) -> list[str]:
    """Return the addresses in lower case. Raises: ValidationFailed for none, or one to which nothing is sent."""
    recipients = checked_recipients("to", to)
    if not recipients:
        raise ValidationFailed(errors={"to": [_("Say who is to get it.")]})
    kept = suppressions_of(recipients)
    if kept:
        text = _("Nothing is sent to %(address)s (%(reason)s). An administrator can change this in the settings.")
        words = [text % {"address": one.address, "reason": one.get_reason_display()} for one in kept.values()]
        raise ValidationFailed(errors={"to": words})
    return recipients


def _conversation(
    viewer: Viewer, conversation_id: UUID | int | str | None, answered: Message | None
) -> Conversation | None:
    """Return where the mail belongs, None for a new conversation. Raises: NotFound, ValidationFailed."""
    if conversation_id is None:
        return answered.conversation if answered else None
    conversation = get_conversation_for(viewer, conversation_id)
    if answered is not None and answered.conversation_id != conversation.id:
        raise ValidationFailed(errors={"reply_to_message_id": [_("This message is in another conversation.")]})
    return conversation


def _people(conversation: Conversation, recipients: Sequence[str], cc: Sequence[str]) -> dict[str, Any]:
    """Return who gets it: the customer with the others in copy, or those named in the customer's place."""
    if (conversation.contact.email or "").lower() == recipients[0]:
        return {"cc": [*recipients[1:], *cc]}
    return {"to": list(recipients), "cc": list(cc)}


def sending_mailbox_id(id: UUID | None) -> UUID:
    """Return the mailbox that the mail leaves from. Raises: ValidationFailed where there is none."""
    mailbox = mailbox_with(id) if id else next(iter(active_mailboxes()), None)
    if mailbox is None:
        raise ValidationFailed(errors={"mailbox_id": [_("Connect a mailbox to start: mail leaves from one.")]})
    return mailbox.id


def _addressed(message: Message, subject: str, answered: Message | None) -> EmailMessage:
    """Return the mail of the message, under its own subject, as the answer to that of another message."""
    email = EmailMessage.objects.filter(conversation_message=message).first()
    if email is None:
        raise NoReplyChannel
    email.subject = one_line(subject, SUBJECT_CHARS)
    known = EmailMessage.objects.filter(conversation_message=answered).first() if answered else None
    if known and _MESSAGE_ID.fullmatch(known.message_id) and len(known.message_id) <= MESSAGE_ID_MAX_LENGTH:
        email.in_reply_to = known.message_id
        email.references = [*(each for each in email.references if each != known.message_id), known.message_id]
    email.save(update_fields=["subject", "in_reply_to", "references"])
    return email
