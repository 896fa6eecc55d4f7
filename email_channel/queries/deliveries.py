"""Outgoing mails on their way to a recipient."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from conversations.enums import DeliveryState
from conversations.models import Message
from conversations.queries.contacts import TRIGRAM_LENGTH
from email_channel.enums import DeliveryFate, Direction, SendState
from email_channel.models import EmailMessage, OutgoingDelivery
from email_channel.models.email_message import message_key
from email_channel.queries.intake import LOG_PER_PAGE
from email_channel.queries.waiting import CLAIM_LASTS
from hummdesk.keyset import KeysetPage, keyset_page

# What a reply shows for the state of one of its recipients, the worst first.
_SHOWN_AS = {
    SendState.FAILED: DeliveryState.FAILED,
    SendState.UNKNOWN: DeliveryState.UNKNOWN,
    SendState.SUPPRESSED: DeliveryState.FAILED,
    SendState.BOUNCED: DeliveryState.BOUNCED,
    SendState.QUEUED: DeliveryState.QUEUED,
    SendState.SENDING: DeliveryState.QUEUED,
    SendState.DELAYED: DeliveryState.SENT,
    SendState.SENT: DeliveryState.SENT,
    SendState.COMPLAINED: DeliveryState.DELIVERED,
    SendState.DELIVERED: DeliveryState.DELIVERED,
}
_STATES_OF = {
    DeliveryFate.UNDER_WAY: [SendState.QUEUED, SendState.SENDING, SendState.SENT, SendState.DELAYED],
    DeliveryFate.ARRIVED: [SendState.DELIVERED, SendState.COMPLAINED],
    DeliveryFate.NOT_ARRIVED: [SendState.FAILED, SendState.BOUNCED, SendState.SUPPRESSED, SendState.UNKNOWN],
}
_TOLD_WHY = (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.BOUNCED)


def deliveries_due(now: datetime, limit: int) -> Sequence[UUID]:
    """Return deliveries whose time has come and that no living process works on, oldest first. One query."""
    free = Q(state=SendState.QUEUED) | Q(state=SendState.SENDING, claimed_at__lt=now - CLAIM_LASTS)
    deliveries = OutgoingDelivery.objects.filter(free, due_at__lte=now)
    return list(deliveries.order_by("due_at").values_list("id", flat=True)[:limit])


def deliveries_of(email_id: UUID) -> Sequence[UUID]:
    """Return the deliveries of one mail that are due. One query."""
    due = OutgoingDelivery.objects.filter(email_id=email_id, state=SendState.QUEUED, due_at__lte=timezone.now())
    return list(due.values_list("id", flat=True))


def lock_reply_of(email: EmailMessage) -> None:
    """Nobody else changes the deliveries of this mail until the commit. One query.

    The reply is locked before its deliveries everywhere, so that no two processes wait for each other.
    """
    Message.objects.select_for_update(no_key=True).get(id=email.conversation_message_id)


def worst_state(email: EmailMessage) -> tuple[DeliveryState, str]:
    """Return what agents should know of a mail: the worst state of its recipients, and the error there. One query."""
    found = OutgoingDelivery.objects.filter(email=email).values_list("state", "error")
    state, error = min(found, key=lambda each: list(_SHOWN_AS).index(SendState(each[0])))
    shown = _SHOWN_AS[SendState(state)]
    return shown, error if shown in _TOLD_WHY else ""


def deliveries_with_provider_id(provider_id: str) -> Sequence[OutgoingDelivery]:
    """Return the deliveries that the provider has under this id of its own, with their mail, by id. One query."""
    if not provider_id:
        return []
    rows = OutgoingDelivery.objects.filter(provider_id=provider_id).select_related("email")
    return list(rows.order_by("id"))


def call_of(delivery_id: str) -> Sequence[OutgoingDelivery]:
    """Return the deliveries that went to the provider together with this one, with their mail, by id. Two queries.

    Those of one call change together until the provider has taken it, and so have a moment in common.
    """
    try:
        delivery = OutgoingDelivery.objects.filter(id=UUID(delivery_id)).first()
    except ValueError:
        return []
    if delivery is None:
        return []
    rows = OutgoingDelivery.objects.filter(same_call(delivery), email_id=delivery.email_id)
    return list(rows.select_related("email").order_by("id"))


def same_call(delivery: OutgoingDelivery) -> Q:
    """Return the condition that a delivery of the same mail belongs to this one's call to the provider."""
    state = Q(state=delivery.state)
    if delivery.provider_id:
        return Q(provider_id=delivery.provider_id)
    if delivery.state == SendState.SENDING:
        return state & Q(claimed_at=delivery.claimed_at)
    if delivery.state == SendState.QUEUED and not delivery.attempt_count:
        return state & Q(attempt_count=0)
    if delivery.state in (SendState.QUEUED, SendState.UNKNOWN):
        return state & Q(attempt_count=delivery.attempt_count, due_at=delivery.due_at)
    return Q(id=delivery.id) | state & Q(sent_at=delivery.sent_at, sent_at__isnull=False)


def sent_mails_with_ids(message_ids: Sequence[str]) -> Sequence[EmailMessage]:
    """Return the account's mails that went out with one of these Message-IDs, with their deliveries. Two queries."""
    if not message_ids:
        return []
    keys = [message_key(message_id) for message_id in message_ids]
    mails = EmailMessage.objects.filter(direction=Direction.OUTGOING, dedupe_key__in=keys)
    return list(mails.prefetch_related("deliveries__email").order_by("-created_at"))


def deliveries_to(addresses: Sequence[str], *, since: datetime) -> Sequence[OutgoingDelivery]:
    """Return the deliveries under way to one of these addresses, newest first. One query, none for nobody."""
    if not addresses:
        return []
    under_way = OutgoingDelivery.objects.filter(state__in=[SendState.SENT, SendState.DELAYED], sent_at__gte=since)
    return list(under_way.filter(recipient__in=addresses).select_related("email").order_by("-sent_at")[:1])


def delivery_page(text: str, fate: DeliveryFate, *, cursor: str = "") -> KeysetPage[OutgoingDelivery]:
    """Return a page of the deliveries whose recipient or subject holds the text, newest first, each with its mail.

    A text with @ is an address or its beginning. One query. Raises: ValidationFailed for a forged cursor.
    """
    rows = OutgoingDelivery.objects.select_related("email__mailbox", "email__conversation")
    if fate != DeliveryFate.ALL:
        rows = rows.filter(state__in=_STATES_OF[fate])
    if "@" in text:
        rows = rows.filter(recipient__istartswith=text)
    elif len(text) >= TRIGRAM_LENGTH:
        rows = rows.filter(id__in=_holding(text))
    elif text:
        # No index knows pieces so short, and many rows hold them.
        rows = rows.filter(Q(recipient__icontains=text) | Q(email__subject__icontains=text))
    return keyset_page(rows, ["-id"], limit=LOG_PER_PAGE, cursor=cursor, ordering=fate.value)


def _holding(text: str) -> QuerySet[OutgoingDelivery, Any]:
    """Return the ids of those whose recipient or subject holds the text.

    Each is found by its own index; in one condition over both tables the planner reads all mail.
    """
    by_recipient = OutgoingDelivery.objects.filter(recipient__icontains=text)
    mails = EmailMessage.objects.filter(direction=Direction.OUTGOING, subject__icontains=text)
    by_subject = OutgoingDelivery.objects.filter(email__in=mails)
    return by_recipient.values("id").union(by_subject.values("id"), all=True)
