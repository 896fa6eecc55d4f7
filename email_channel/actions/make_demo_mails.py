"""What the pages about mail show in a demo account: mail that went out, and came in, with different fates."""

from collections.abc import Sequence
from datetime import timedelta

from conversations.enums import MessageKind
from conversations.models import Message
from email_channel.actions.queue_reply import reply_subject
from email_channel.actions.store_mail import store_mail
from email_channel.actions.take_in_mail import take_in_mail
from email_channel.composing import make_message_id
from email_channel.enums import Direction, MailSource, SendState
from email_channel.models import EmailMessage, Mailbox, OutgoingDelivery
from email_channel.models.email_message import message_key
from email_channel.queries import worst_state
from email_channel.secrets import message_id_secret
from hummdesk.events.publishing import action
from hummdesk.tenancy.context import current_schema

# What became of the newest replies; the one that was sent last bounces.
_FATES: Sequence[SendState] = (
    SendState.SENT,
    SendState.DELIVERED,
    SendState.DELAYED,
    SendState.DELIVERED,
    SendState.UNKNOWN,
    SendState.DELIVERED,
)
_TAKES = timedelta(seconds=4)
# How many conversations the mail that comes in opens: the one that nobody can read.
DEMO_MAILS_OPEN = 1
_UNREADABLE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
_BOUNCE = """From: Mail Delivery System <MAILER-DAEMON@mx.oakmail.example>
To: {mailbox}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-{id}@mx.oakmail.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

Your message could not be delivered: the address does not exist.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.oakmail.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such user here
--b
Content-Type: message/rfc822

From: {mailbox}
To: {recipient}
Subject: {subject}
Message-ID: {id}

--b--
"""


@action
def make_demo_mails(mailbox: Mailbox) -> None:
    """The account's newest replies have left with different fates, one bounced, and a mail came that nobody can read.

    The bounce came twice. Publishes: what taking in these mails publishes.
    """
    replies = Message.objects.filter(kind=MessageKind.REPLY).select_related("conversation__contact")
    sent = [_send(reply, mailbox, fate) for reply, fate in zip(replies.order_by("-created_at"), _FATES, strict=False)]
    bounces = [_bounce_of(sent[0])] * 2 if sent else []
    for raw in (*bounces, _UNREADABLE):
        take_in_mail(store_mail(mailbox_id=mailbox.id, raw=raw, source=MailSource.SMTP, defer=False).id)


def _send(reply: Message, mailbox: Mailbox, fate: SendState) -> OutgoingDelivery:
    conversation, customer = reply.conversation, reply.conversation.contact
    own_id = make_message_id(
        conversation.id, account=current_schema(), domain=mailbox.domain, secret=message_id_secret()
    )
    email = EmailMessage.objects.create(
        direction=Direction.OUTGOING,
        mailbox=mailbox,
        conversation=conversation,
        conversation_message=reply,
        message_id=own_id,
        dedupe_key=message_key(own_id),
        subject=reply_subject(conversation.subject),
        from_name=mailbox.name,
        from_address=mailbox.address,
        to=[{"name": customer.name, "address": customer.email}],
        sent_at=reply.created_at,
        created_at=reply.created_at,
    )
    delivery = OutgoingDelivery.objects.create(
        email=email,
        recipient=customer.email,
        state=fate,
        attempt_count=1,
        due_at=reply.created_at,
        first_tried_at=reply.created_at,
        sent_at=None if fate == SendState.UNKNOWN else reply.created_at,
        told_at=None if fate == SendState.UNKNOWN else reply.created_at + _TAKES,
    )
    reply.delivery_state, reply.delivery_error = worst_state(email)
    reply.save(update_fields=["delivery_state", "delivery_error"])
    return delivery


def _bounce_of(delivery: OutgoingDelivery) -> bytes:
    email = delivery.email
    text = _BOUNCE.format(
        mailbox=email.from_address, id=email.message_id, recipient=delivery.recipient, subject=email.subject
    )
    return text.replace("\n", "\r\n").encode()
