"""A reply becomes a mail that waits to be sent, in the transaction that writes the reply."""

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from conversations.actions.set_delivery_state import set_delivery_state
from conversations.enums import FETCHED_CHANNELS, DeliveryState
from conversations.models import Conversation, Message
from email_channel.actions.note_participants import note_participants
from email_channel.actions.queue_mail import Envelope, new_message_id, queue_mail
from email_channel.composing import REFERENCES_MOST
from email_channel.enums import ParticipantRole
from email_channel.queries import mailbox_of, thread_of, without_mailboxes
from email_channel.queries.threads import names_of_participants
from hummdesk.events.publishing import action

# Programs write `Re:` in the language of their user: SV, VS, AW, ...
_REPLY_MARKS = re.compile(r"^(?:(?:re|sv|vs|aw|antw)(?:\[\d{1,4}\])? ?: ?)+", re.IGNORECASE)


@action
def queue_reply(*, message_id: str | UUID, **_rest: object) -> None:
    """The reply has an envelope that answers the newest mail of the conversation, and a delivery to each recipient.

    A forwarded message answers nothing, and goes to those whom it names in place of the customer.
    Whoever it goes to takes part in the conversation from now on, under the name that is known there.
    A conversation whose replies are fetched gets no mail; where the mailbox is gone, the reply shows as failed.
    Publishes: MailQueued.
    """
    message = Message.objects.select_related("conversation__contact").get(id=message_id)
    conversation = message.conversation
    if conversation.channel in FETCHED_CHANNELS or conversation.mailbox_id is None:
        return
    mailbox = mailbox_of(conversation)
    if mailbox is None:
        set_delivery_state(message_id=message.id, state=DeliveryState.FAILED, error=_("The mailbox is gone."))
        return
    thread = [] if message.to else thread_of(conversation, REFERENCES_MOST)
    to = _named(message)
    named = {entry["address"].lower() for entry in to}
    names = names_of_participants(conversation)
    copies = dict.fromkeys(address for address in (*message.cc, *message.bcc) if address not in named)
    recipients = [*(entry["address"] for entry in to), *copies]
    envelope = Envelope(
        subject=_subject(message),
        to=to,
        cc=[_entry(address, names) for address in message.cc if address not in named],
        recipients=recipients,
        in_reply_to=thread[-1] if thread else "",
        # A provider may put its own Message-ID in the place of ours, and answers repeat what a mail refers to: one
        # that answers nothing refers to an id that leads back here, too.
        references=thread or [new_message_id(conversation, mailbox)],
    )
    queue_mail(message, mailbox, envelope)
    _let_take_part(conversation, recipients, names)


def _let_take_part(conversation: Conversation, recipients: Sequence[str], names: Mapping[str, str]) -> None:
    customer = conversation.contact
    roles = {
        address: ParticipantRole.CUSTOMER if address == customer.email else ParticipantRole.WRITTEN_TO
        for address in without_mailboxes([recipient.lower() for recipient in recipients])
    }
    note_participants(conversation, roles, {**names, customer.email: customer.name})


def _named(message: Message) -> list[dict[str, str]]:
    """Return who stands in To: the customer, or those whom the message goes to instead."""
    if message.to:
        return [_entry(address, {}) for address in message.to]
    customer = message.conversation.contact
    return [_entry(customer.email, {customer.email: customer.name})]


def _entry(address: str, names: Mapping[str, str]) -> dict[str, str]:
    return {"name": names.get(address, ""), "address": address}


def _subject(message: Message) -> str:
    """Return the conversation's subject, marked as an answer unless the message is the first in it."""
    subject = " ".join(message.conversation.subject.split())
    if message.forwarded_message_id:
        return f"Fwd: {subject}".rstrip()
    return reply_subject(subject) if message.conversation.message_count > 1 else subject


def reply_subject(subject: str) -> str:
    """Return the subject as one line with one `Re:` in front, whatever marks of replies it had."""
    return f"Re: {_REPLY_MARKS.sub('', ' '.join(subject.split()))}".rstrip()
