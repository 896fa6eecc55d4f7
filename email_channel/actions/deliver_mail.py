"""Sending what waits: claimed by a conditional update, tried again with patience, never blindly twice."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.actions.set_delivery_state import set_delivery_state
from email_channel.enums import SendState
from email_channel.errors import DeliveryPostponed, DeliveryRefused
from email_channel.models import EmailMessage, OutgoingDelivery
from email_channel.outgoing import outgoing_mail
from email_channel.queries import CLAIM_LASTS, worst_state
from email_channel.transports import transport
from hummdesk.events.publishing import action
from hummdesk.logs import logger
from hummdesk.tenancy.context import current_schema

# Wait before the next try, by the number of tries so far; about 20 hours in all, within the provider's
# 24 hours for which it knows an idempotency key.
WAITS = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240, 360, 360)]
# Nothing is sent again after this: the provider may have forgotten that it did.
RETRY_WINDOW = timedelta(hours=23)

Deliveries = Sequence[OutgoingDelivery]


def deliver(delivery_id: UUID) -> None:
    """The mail has left, waits for its next try, or has failed for good; nothing happens if another process has it.

    It goes to all its recipients that are due, in one call, since they see each other in its header. The provider is
    called outside of any transaction, with the first delivery's id as idempotency key.
    """
    deliveries = _claim(delivery_id)
    if not deliveries:
        return
    if _is_too_late(deliveries[0]):
        _fail(deliveries, _("It is not known whether this mail left, and it is too late to try again safely."))
        return
    try:
        provider_id = transport().send(outgoing_mail(deliveries), key=str(deliveries[0].id), folder=current_schema())
    except DeliveryRefused as error:
        _fail(deliveries, error.detail)
    except DeliveryPostponed as error:
        _postpone(deliveries, str(error.detail))
    else:
        _succeed(deliveries, provider_id)


@action
def _claim(id: UUID) -> Deliveries:
    """Return the mail's deliveries that nobody works on and that are due, with this one among them; none else.

    Locks the mail, so that one process has all of them. Those that a process left behind are claimed together
    again, and so keep their key.
    """
    email = EmailMessage.objects.select_for_update().filter(deliveries=id).first()
    if email is None:
        return []
    now = timezone.now()
    free = Q(state=SendState.QUEUED, due_at__lte=now) | Q(state=SendState.SENDING, claimed_at__lt=now - CLAIM_LASTS)
    waiting = OutgoingDelivery.objects.filter(free, email=email)
    ids = list(waiting.values_list("id", flat=True))
    if id not in ids:
        return []
    claimed = OutgoingDelivery.objects.filter(id__in=ids)
    claimed.update(
        state=SendState.SENDING,
        claimed_at=now,
        attempt_count=F("attempt_count") + 1,
        first_tried_at=Coalesce("first_tried_at", now),
    )
    return list(claimed.select_related("email__mailbox", "email__conversation_message").order_by("id"))


def _is_too_late(delivery: OutgoingDelivery) -> bool:
    """Return whether the provider may have forgotten what an earlier try, maybe cut off, handed over."""
    first = delivery.first_tried_at
    return delivery.attempt_count > 1 and first is not None and timezone.now() > first + RETRY_WINDOW


@action
def _succeed(deliveries: Deliveries, provider_id: str) -> None:
    sent_at = timezone.now()
    _set(deliveries, state=SendState.SENT, provider_id=provider_id, error="", sent_at=sent_at)


@action
def _fail(deliveries: Deliveries, detail: str) -> None:
    logger.warning("mail_failed", delivery_id=str(deliveries[0].id), attempts=deliveries[0].attempt_count)
    _set(deliveries, state=SendState.FAILED, error=detail[:300])


@action
def _postpone(deliveries: Deliveries, detail: str) -> None:
    delivery = deliveries[0]
    first = delivery.first_tried_at or timezone.now()
    wait = WAITS[min(delivery.attempt_count, len(WAITS)) - 1]
    due_at = timezone.now() + wait
    if due_at > first + RETRY_WINDOW:
        _fail(deliveries, detail)
        return
    logger.info("mail_postponed", delivery_id=str(delivery.id), attempts=delivery.attempt_count)
    _set(deliveries, state=SendState.QUEUED, error=detail[:300], due_at=due_at)


def _set(deliveries: Deliveries, **fields: object) -> None:
    """The claim has ended with this, and the reply shows the worst that is known of any of its recipients."""
    email = deliveries[0].email
    OutgoingDelivery.objects.filter(id__in=[delivery.id for delivery in deliveries]).update(claimed_at=None, **fields)
    state, error = worst_state(email)
    set_delivery_state(message_id=email.conversation_message_id, state=state, error=error)
