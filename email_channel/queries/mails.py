"""Which mails there are, and which conversation they name."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, QuerySet

from conversations.access import get_message_for, visible_conversations
from conversations.enums import MessageKind, SenderDoubt
from conversations.models import Conversation, Message
from email_channel.enums import Direction
from email_channel.models import EmailMessage, Mailbox, OutgoingDelivery
from email_channel.models.email_message import message_key
from hummdesk.errors import NotFound
from teams.access import Viewer

# RFC 5322 section 2.1.1: a line has at most 998 characters, and an id cannot be folded.
MESSAGE_ID_MAX_LENGTH = 900
# Two statements: in one, what is looked for would be as it was before the lock was waited for.
_LOCK_MAIL = """
SELECT pg_advisory_xact_lock(hashtext('mail'), hashtext(%s));
SELECT id FROM email_channel_emailmessage WHERE mailbox_id = %s AND direction = %s AND dedupe_key = %s"""


def lock_mail(mailbox: Mailbox, dedupe_key: str) -> EmailMessage | None:
    """Return the incoming mail with this key in this mailbox, or None, and let nobody store one until the commit.

    One query, two where there is one. Raw, since there is no row to lock yet and the ORM has no advisory locks.
    """
    lock = f"{mailbox.id}/{dedupe_key}"
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_MAIL, [lock, mailbox.id, Direction.INCOMING.value, dedupe_key])
        cursor.nextset()
        row = cursor.fetchone()
    # Most mail is new, and joining two wide tables takes the ORM longer than all else that is asked of one mail.
    if row is None:
        return None
    return EmailMessage.objects.select_related("conversation", "conversation_message").get(id=row[0])


def thread_of(conversation: Conversation, limit: int) -> Sequence[str]:
    """Return the Message-IDs of the newest mails between us and the customer, oldest first. One query.

    Left out are mails of unverified senders, which the customer has not got, and ids that no header may carry
    (RFC 5322 section 3.6.4): customers' programs make such, too.
    """
    mails = EmailMessage.objects.filter(conversation_message__conversation=conversation, conversation_message__to=[])
    mails = mails.exclude(conversation_message__sender_doubt=SenderDoubt.UNVERIFIED)
    mails = mails.filter(message_id__regex=r"^<[!-;=?-~]{3,}>$")
    newest = mails.order_by("-created_at").values_list("message_id", flat=True)[:limit]
    return [message_id for message_id in reversed(list(newest)) if len(message_id) <= MESSAGE_ID_MAX_LENGTH]


def mail_of_message(viewer: Viewer, message_id: UUID) -> EmailMessage | None:
    """Return the mail that a message came or went as, with its deliveries, None for one that was no mail.

    At most three queries. Raises: NotFound for messages that are not the viewer's to see.
    """
    message = get_message_for(viewer, message_id)
    deliveries = Prefetch("deliveries", OutgoingDelivery.objects.order_by("recipient"))
    mails = EmailMessage.objects.filter(conversation_message=message).prefetch_related(deliveries)
    return mails.select_related("conversation_message__conversation").first()


def visible_mails(viewer: Viewer, filters: Mapping[str, Any]) -> QuerySet[EmailMessage]:
    """Return the mails of conversations that the viewer may see, each with its deliveries.

    `filters`: direction, mailbox_id, conversation_id, message_id (RFC 5322).
    """
    named = dict(filters)
    if "message_id" in named:
        named["dedupe_key"] = message_key(named.pop("message_id"))
    conversations = visible_conversations(viewer).values("id")
    mails = EmailMessage.objects.filter(conversation_id__in=conversations, **named)
    return mails.prefetch_related(Prefetch("deliveries", OutgoingDelivery.objects.order_by("recipient")))


def get_mail(viewer: Viewer, id: UUID) -> EmailMessage:
    """Return one of `visible_mails`. Two queries. Raises: NotFound."""
    mail = visible_mails(viewer, {}).filter(id=id).first()
    if mail is None:
        raise NotFound
    return mail


def kept_mail_of(viewer: Viewer, message_id: UUID) -> EmailMessage:
    """Return the mail of a message whose source was kept. At most three queries.

    Raises: NotFound, also for messages that are not the viewer's to see.
    """
    mail = mail_of_message(viewer, message_id)
    if mail is None or not mail.raw:
        raise NotFound
    return mail


def customer_has_written(conversation_id: UUID) -> bool:
    """Return whether the conversation holds a message of a customer's. One query."""
    return Message.objects.filter(conversation_id=conversation_id, kind=MessageKind.INCOMING).exists()
