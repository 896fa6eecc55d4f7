"""Which mail there is, and what waits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, Q
from django.utils import timezone

from conversations.access import get_message_for
from conversations.enums import DeliveryState, IdentityKind
from conversations.models import Contact, ContactIdentity, Conversation
from email_channel.enums import Direction, IntakeState, SendState
from email_channel.models import EmailMessage, IncomingMail, Mailbox, OutgoingDelivery
from email_channel.models.email_message import message_key
from hummdesk.errors import NotFound
from teams.access import Viewer

# A claim older than this belongs to a process that is gone: a parser is given 10 s, a provider 20 s.
CLAIM_LASTS = timedelta(seconds=45)
# A mail younger than this still has its own task on the way.
TASK_COMES_WITHIN = timedelta(seconds=5)
# The conditions of `incoming_to_take_in` and `deliveries_due`, for one look at many schemas (`fan_out`).
INCOMING_WAITS_SQL = (
    f"EXISTS (SELECT FROM {{schema}}.email_channel_incomingmail WHERE state = '{IntakeState.RECEIVED.value}'"
    f" AND (claimed_at IS NULL AND received_at < now() - interval '{TASK_COMES_WITHIN.total_seconds()} seconds'"
    f" OR claimed_at < now() - interval '{CLAIM_LASTS.total_seconds()} seconds'))"
)
DELIVERY_WAITS_SQL = (
    "EXISTS (SELECT FROM {schema}.email_channel_outgoingdelivery WHERE due_at <= now()"
    f" AND (state = '{SendState.QUEUED.value}' OR state = '{SendState.SENDING.value}'"
    f" AND claimed_at < now() - interval '{CLAIM_LASTS.total_seconds()} seconds'))"
)
# Seconds for which the oldest mail, in or out, waits longer than its row asks for (`hummdesk.health`). Mail that the
# provider has put off is not late: its row says when it is due.
MAIL_OVERDUE_SQL = (
    "SELECT extract(epoch FROM now() - least("
    "(SELECT min(received_at) FROM {schema}.email_channel_incomingmail WHERE state = 'received'), (SELECT min(due_at)"
    " FROM {schema}.email_channel_outgoingdelivery WHERE state IN ('queued', 'sending'))))::int"
)
# What a reply shows for the state of one of its recipients, the worst first.
_SHOWN_AS = {
    SendState.FAILED: DeliveryState.FAILED,
    SendState.UNKNOWN: DeliveryState.FAILED,
    SendState.SUPPRESSED: DeliveryState.FAILED,
    SendState.BOUNCED: DeliveryState.BOUNCED,
    SendState.QUEUED: DeliveryState.QUEUED,
    SendState.SENDING: DeliveryState.QUEUED,
    SendState.DELAYED: DeliveryState.SENT,
    SendState.SENT: DeliveryState.SENT,
    SendState.COMPLAINED: DeliveryState.DELIVERED,
    SendState.DELIVERED: DeliveryState.DELIVERED,
}
# RFC 5322 section 2.1.1: a line has at most 998 characters, and an id cannot be folded.
MESSAGE_ID_MAX_LENGTH = 900


def mailbox_with(id: UUID) -> Mailbox | None:
    """Return a mailbox that takes mail. One query."""
    return Mailbox.objects.filter(id=id, is_active=True).first()


def active_mailboxes() -> Sequence[Mailbox]:
    """Return the mailboxes that take mail, by address. One query."""
    return list(Mailbox.objects.filter(is_active=True).order_by("address"))


def without_mailboxes(addresses: Sequence[str]) -> list[str]:
    """Return those addresses that are none of the account's own. One query, none for nothing."""
    if not addresses:
        return []
    own = set(Mailbox.objects.filter(address__in=addresses).values_list("address", flat=True))
    return [address for address in addresses if address not in own]


def mailbox_of(conversation: Conversation) -> Mailbox | None:
    """Return the mailbox that the conversation's replies leave from, or None. One query."""
    return Mailbox.objects.filter(id=conversation.mailbox_id).first() if conversation.mailbox_id else None


def lock_mail(mailbox: Mailbox, dedupe_key: str) -> EmailMessage | None:
    """Return the incoming mail with this key in this mailbox, or None, and let nobody store one until the commit.

    Two queries. Raw, since there is no row to lock yet and the ORM has no advisory locks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('mail'), hashtext(%s))", [f"{mailbox.id}/{dedupe_key}"])
    mails = EmailMessage.objects.select_related("conversation", "conversation_message")
    return mails.filter(mailbox=mailbox, direction=Direction.INCOMING, dedupe_key=dedupe_key).first()


def mails_with_ids(mailbox: Mailbox, message_ids: Sequence[str]) -> Sequence[EmailMessage]:
    """Return the mails of a mailbox, in or out, with one of these Message-IDs, newest first. One query."""
    keys = [message_key(message_id) for message_id in message_ids]
    mails = EmailMessage.objects.filter(mailbox=mailbox, dedupe_key__in=keys)
    return list(mails.select_related("conversation", "conversation__contact").order_by("-created_at"))


def conversation_in_mailbox(mailbox: Mailbox, id: UUID) -> Conversation | None:
    """Return a conversation of this mailbox. One query."""
    return Conversation.objects.select_related("contact").filter(id=id, mailbox_id=mailbox.id).first()


def was_written_to(conversation: Conversation, contact: Contact) -> bool:
    """Return whether a mail of the conversation went to one of the contact's addresses. One query."""
    addresses = ContactIdentity.objects.filter(contact=contact, kind=IdentityKind.EMAIL).values("value")
    return OutgoingDelivery.objects.filter(email__conversation=conversation, recipient__in=addresses).exists()


def thread_of(conversation: Conversation, limit: int) -> Sequence[str]:
    """Return the Message-IDs of the newest mails between us and the customer, oldest first. One query.

    Ids that no header may carry (RFC 5322 section 3.6.4) are left out: customers' programs make such, too.
    """
    mails = EmailMessage.objects.filter(conversation_message__to=[])
    mails = mails.filter(conversation=conversation, message_id__regex=r"^<[!-;=?-~]{3,}>$")
    newest = mails.order_by("-created_at").values_list("message_id", flat=True)[:limit]
    return [message_id for message_id in reversed(list(newest)) if len(message_id) <= MESSAGE_ID_MAX_LENGTH]


def incoming_to_take_in(now: datetime, limit: int) -> Sequence[UUID]:
    """Return stored mails that no living process works on, oldest first. One query."""
    free = Q(claimed_at=None, received_at__lt=now - TASK_COMES_WITHIN) | Q(claimed_at__lt=now - CLAIM_LASTS)
    mails = IncomingMail.objects.filter(free, state=IntakeState.RECEIVED)
    return list(mails.order_by("received_at").values_list("id", flat=True)[:limit])


def deliveries_due(now: datetime, limit: int) -> Sequence[UUID]:
    """Return deliveries whose time has come and that no living process works on, oldest first. One query."""
    free = Q(state=SendState.QUEUED) | Q(state=SendState.SENDING, claimed_at__lt=now - CLAIM_LASTS)
    deliveries = OutgoingDelivery.objects.filter(free, due_at__lte=now)
    return list(deliveries.order_by("due_at").values_list("id", flat=True)[:limit])


def deliveries_of(email_id: UUID) -> Sequence[UUID]:
    """Return the deliveries of one mail that are due. One query."""
    due = OutgoingDelivery.objects.filter(email_id=email_id, state=SendState.QUEUED, due_at__lte=timezone.now())
    return list(due.values_list("id", flat=True))


def worst_state(email: EmailMessage) -> tuple[DeliveryState, str]:
    """Return what agents should know of a mail: the worst state of its recipients, and the error there. One query."""
    found = OutgoingDelivery.objects.filter(email=email).values_list("state", "error")
    state, error = min(found, key=lambda each: list(_SHOWN_AS).index(SendState(each[0])))
    shown = _SHOWN_AS[SendState(state)]
    return shown, error if shown in (DeliveryState.FAILED, DeliveryState.BOUNCED) else ""


def mail_of_message(viewer: Viewer, message_id: UUID) -> EmailMessage | None:
    """Return the mail that a message came or went as, with its deliveries, None for one that was no mail.

    At most three queries. Raises: NotFound for messages that are not the viewer's to see.
    """
    message = get_message_for(viewer, message_id)
    deliveries = Prefetch("deliveries", OutgoingDelivery.objects.order_by("recipient"))
    return EmailMessage.objects.filter(conversation_message=message).prefetch_related(deliveries).first()


def kept_mail_of(viewer: Viewer, message_id: UUID) -> EmailMessage:
    """Return the mail of a message whose source was kept. At most three queries.

    Raises: NotFound, also for messages that are not the viewer's to see.
    """
    mail = mail_of_message(viewer, message_id)
    if mail is None or not mail.raw:
        raise NotFound
    return mail
