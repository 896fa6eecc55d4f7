"""Outgoing mails on their way to a recipient."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from conversations.enums import DeliveryState
from email_channel.enums import SendState
from email_channel.models import EmailMessage, OutgoingDelivery
from email_channel.queries.waiting import CLAIM_LASTS

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
