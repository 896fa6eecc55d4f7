"""The envelope of a mail that leaves a conversation, and a delivery to each of its recipients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from conversations.models import Conversation, Message
from email_channel.composing import make_message_id
from email_channel.enums import Direction
from email_channel.events import MailQueued
from email_channel.models import EmailMessage, Mailbox, OutgoingDelivery
from email_channel.models.email_message import message_key
from email_channel.reply_address import make_reply_token, with_token
from email_channel.secrets import message_id_secret, reply_token_secret
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import publish
from hummdesk.tenancy.context import current_schema

Entry = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What stands in the header of a mail, and `recipients`: all who get it, those in no header as well.

    Entries of `to` and `cc` are `{"name", "address"}`. `references` are Message-IDs, oldest first; `in_reply_to` is
    the one that is answered, "" for none.
    """

    subject: str
    to: Sequence[Entry]
    recipients: Sequence[str]
    references: Sequence[str]
    in_reply_to: str
    cc: Sequence[Entry] = ()
    is_automatic: bool = False
    survey_id: UUID | None = None


def queue_mail(message: Message, mailbox: Mailbox, envelope: Envelope) -> EmailMessage:
    """The message waits to leave the mailbox as a mail under a Message-ID of its own. In an action.

    Publishes: MailQueued.
    """
    own_id = new_message_id(message.conversation, mailbox)
    email = EmailMessage.objects.create(
        direction=Direction.OUTGOING,
        mailbox=mailbox,
        conversation=message.conversation,
        conversation_message=message,
        message_id=own_id,
        dedupe_key=message_key(own_id),
        in_reply_to=envelope.in_reply_to,
        references=list(envelope.references),
        subject=envelope.subject,
        from_name=mailbox.name,
        from_address=mailbox.address,
        to=[dict(entry) for entry in envelope.to],
        cc=[dict(entry) for entry in envelope.cc],
        reply_to=_reply_to(message.conversation, mailbox),
        is_automatic=envelope.is_automatic,
        survey_id=envelope.survey_id,
        sent_at=timezone.now(),
    )
    OutgoingDelivery.objects.bulk_create(
        OutgoingDelivery(email=email, recipient=recipient) for recipient in envelope.recipients
    )
    publish(MailQueued(actor=Actor.system(), email_id=email.id))
    return email


def new_message_id(conversation: Conversation, mailbox: Mailbox) -> str:
    """Return a new Message-ID that only we can make and that leads back to the conversation."""
    return make_message_id(
        conversation.id, account=current_schema(), domain=mailbox.domain, secret=message_id_secret()
    )


def _reply_to(conversation: Conversation, mailbox: Mailbox) -> str:
    """Return the conversation's own address, "" where the mailbox wants none or can have none."""
    if not mailbox.reply_to_token:
        return ""
    token = make_reply_token(
        conversation.id, conversation.display_id, account=current_schema(), secret=reply_token_secret()
    )
    return with_token(mailbox.address, token)
