"""Sending what waits: claimed by a conditional update, tried again with patience, never blindly twice."""

from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.actions.set_delivery_state import set_delivery_state
from conversations.enums import DeliveryState
from email_channel.enums import SendState
from email_channel.errors import DeliveryPostponed, DeliveryRefused
from email_channel.models import OutgoingDelivery
from email_channel.outgoing import outgoing_mail
from email_channel.queries import CLAIM_LASTS
from email_channel.transports import transport
from hummdesk.events.publishing import action
from hummdesk.logs import logger
from hummdesk.tenancy.context import current_schema

# Wait before the next try, by the number of tries so far; about 20 hours in all, within the provider's
# 24 hours for which it knows an idempotency key.
WAITS = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240, 360, 360)]
# Nothing is sent again after this: the provider may have forgotten that it did.
RETRY_WINDOW = timedelta(hours=23)


def deliver(delivery_id: UUID) -> None:
    """The mail has left, waits for its next try, or has failed for good; nothing happens if another process has it.

    The provider is called outside of any transaction, with the delivery's id as idempotency key.
    """
    delivery = _claim(delivery_id)
    if delivery is None:
        return
    if _is_too_late(delivery):
        _fail(delivery, _("It is not known whether this mail left, and it is too late to try again safely."))
        return
    try:
        provider_id = transport().send(outgoing_mail(delivery), key=str(delivery.id), folder=current_schema())
    except DeliveryRefused as error:
        _fail(delivery, error.detail)
    except DeliveryPostponed as error:
        _postpone(delivery, str(error.detail))
    else:
        _succeed(delivery, provider_id)


def _claim(id: UUID) -> OutgoingDelivery | None:
    now = timezone.now()
    free = Q(state=SendState.QUEUED, due_at__lte=now) | Q(state=SendState.SENDING, claimed_at__lt=now - CLAIM_LASTS)
    claimed = OutgoingDelivery.objects.filter(free, id=id)
    if not claimed.update(state=SendState.SENDING, claimed_at=now, attempt_count=F("attempt_count") + 1):
        return None
    OutgoingDelivery.objects.filter(id=id, first_tried_at=None).update(first_tried_at=now)
    related = ("email__mailbox", "email__conversation_message", "email__conversation__contact")
    return OutgoingDelivery.objects.select_related(*related).get(id=id)


def _is_too_late(delivery: OutgoingDelivery) -> bool:
    """Return whether the provider may have forgotten what an earlier try, maybe cut off, handed over."""
    first = delivery.first_tried_at
    return delivery.attempt_count > 1 and first is not None and timezone.now() > first + RETRY_WINDOW


@action
def _succeed(delivery: OutgoingDelivery, provider_id: str) -> None:
    delivery.state, delivery.provider_id, delivery.error = SendState.SENT, provider_id, ""
    delivery.sent_at, delivery.claimed_at = timezone.now(), None
    delivery.save(update_fields=["state", "provider_id", "error", "sent_at", "claimed_at"])
    set_delivery_state(message_id=delivery.email.conversation_message_id, state=DeliveryState.SENT)


@action
def _fail(delivery: OutgoingDelivery, detail: str) -> None:
    logger.warning("mail_failed", delivery_id=str(delivery.id), attempts=delivery.attempt_count)
    delivery.state, delivery.error, delivery.claimed_at = SendState.FAILED, detail[:300], None
    delivery.save(update_fields=["state", "error", "claimed_at"])
    message_id = delivery.email.conversation_message_id
    set_delivery_state(message_id=message_id, state=DeliveryState.FAILED, error=detail)


@action
def _postpone(delivery: OutgoingDelivery, detail: str) -> None:
    first = delivery.first_tried_at or timezone.now()
    wait = WAITS[min(delivery.attempt_count, len(WAITS)) - 1]
    due_at = timezone.now() + wait
    if due_at > first + RETRY_WINDOW:
        _fail(delivery, detail)
        return
    logger.info("mail_postponed", delivery_id=str(delivery.id), attempts=delivery.attempt_count)
    delivery.state, delivery.error, delivery.claimed_at, delivery.due_at = SendState.QUEUED, detail[:300], None, due_at
    delivery.save(update_fields=["state", "error", "claimed_at", "due_at"])
