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
from email_channel.errors import DeliveryPostponed, DeliveryRefused, NotYourTurn
from email_channel.models import EmailMessage, OutgoingDelivery
from email_channel.outgoing import outgoing_mail
from email_channel.queries import CLAIM_LASTS, lock_reply_of, same_call, suppressions_of, worst_state
from email_channel.retries import SendTries, after_failure
from email_channel.transports import transport
from hummdesk.events.publishing import action
from hummdesk.logs import logger
from hummdesk.tenancy.context import current_schema

Deliveries = Sequence[OutgoingDelivery]


def deliver(delivery_id: UUID) -> float:
    """The mail has left, waits for its next try, or has failed for good; nothing happens if another process has it.

    It goes to all its recipients that are due, in one call, since they see each other in its header. The provider is
    called outside of any transaction, with the first delivery's id as idempotency key. Returns after how many seconds
    to call again, since it is not the account's turn at the provider; else 0.
    """
    deliveries = _claim(delivery_id)
    if not deliveries:
        return 0.0
    if _tries(deliveries).is_too_late(timezone.now()):
        _doubt(deliveries, "")
        return 0.0
    try:
        provider_id = transport().send(outgoing_mail(deliveries), key=str(deliveries[0].id), folder=current_schema())
    except DeliveryRefused as error:
        _fail(deliveries, error.detail)
    except NotYourTurn as error:
        _give_back(deliveries, error.wait_s)
        return error.wait_s
    except DeliveryPostponed as error:
        _postpone(deliveries, str(error.detail), may_have_left=error.may_have_left)
    else:
        _succeed(deliveries, provider_id)
    return 0.0


@action
def _claim(id: UUID) -> Deliveries:
    """Return the deliveries of one call that nobody works on and that are due, with this one among them; none else.

    Locks the reply, so that one process has all of them. Those that went to the provider together stay together, and
    so keep their key. Who is on the suppression list is left out.
    """
    email = EmailMessage.objects.filter(deliveries=id).first()
    if email is None:
        return []
    lock_reply_of(email)
    now = timezone.now()
    free = Q(state=SendState.QUEUED, due_at__lte=now) | Q(state=SendState.SENDING, claimed_at__lt=now - CLAIM_LASTS)
    waiting = OutgoingDelivery.objects.filter(free, email=email)
    wanted = waiting.filter(id=id).first()
    if wanted is None:
        return []
    ids = list(waiting.filter(same_call(wanted)).values_list("id", flat=True))
    if wanted.first_tried_at is None:
        ids = _without_suppressed(email, ids)
    claimed = OutgoingDelivery.objects.filter(id__in=ids)
    claimed.update(
        state=SendState.SENDING,
        claimed_at=now,
        attempt_count=F("attempt_count") + 1,
        first_tried_at=Coalesce("first_tried_at", now),
    )
    return list(claimed.select_related("email__mailbox", "email__conversation_message").order_by("id"))


def _without_suppressed(email: EmailMessage, ids: Sequence[UUID]) -> list[UUID]:
    """Return the deliveries to whom mail is sent; of the others it is known, and shown, why none is."""
    rows = list(OutgoingDelivery.objects.filter(id__in=ids))
    entries = suppressions_of([row.recipient for row in rows])
    kept = [row for row in rows if row.recipient.lower() in entries]
    for row in kept:
        row.state, row.claimed_at = SendState.SUPPRESSED, None
        row.error = _("Not sent: %(address)s is on the list of addresses to which nothing is sent (%(reason)s).") % {
            "address": row.recipient,
            "reason": entries[row.recipient.lower()].get_reason_display(),
        }
    OutgoingDelivery.objects.bulk_update(kept, ["state", "claimed_at", "error"])
    if kept:
        _show(email)
    return [row.id for row in rows if row not in kept]


@action
def _succeed(deliveries: Deliveries, provider_id: str) -> None:
    """The provider has the mail; where its events were faster, what they told stays."""
    _end_claim(deliveries, state=SendState.SENT, provider_id=provider_id, error="", sent_at=timezone.now())
    told = OutgoingDelivery.objects.filter(id__in=[delivery.id for delivery in deliveries], provider_id="")
    told.update(provider_id=provider_id)


@action
def _fail(deliveries: Deliveries, detail: str) -> None:
    logger.warning("mail_failed", delivery_id=str(deliveries[0].id), attempts=deliveries[0].attempt_count)
    _end_claim(deliveries, state=SendState.FAILED, error=detail[:1000])


@action
def _doubt(deliveries: Deliveries, detail: str) -> None:
    """A person says whether the mail is sent again: it may have left, and the provider may have forgotten that."""
    logger.warning("mail_outcome_unknown", delivery_id=str(deliveries[0].id), attempts=deliveries[0].attempt_count)
    text = _("It is not known whether this mail left, and it is too late to try again safely.")
    error = f"{text} {detail}".strip()[:1000]
    _end_claim(deliveries, state=SendState.UNKNOWN, error=error, due_at=timezone.now())


@action
def _postpone(deliveries: Deliveries, detail: str, *, may_have_left: bool) -> None:
    after = after_failure(_tries(deliveries), timezone.now(), may_have_left=may_have_left)
    if after.state == SendState.UNKNOWN:
        _doubt(deliveries, detail)
        return
    if after.state == SendState.FAILED:
        _fail(deliveries, detail)
        return
    delivery = deliveries[0]
    logger.info("mail_postponed", delivery_id=str(delivery.id), attempts=delivery.attempt_count)
    _end_claim(
        deliveries,
        state=SendState.QUEUED,
        error=detail[:1000],
        due_at=after.due_at,
        first_tried_at=after.first_tried_at,
    )


@action
def _give_back(deliveries: Deliveries, wait_s: float) -> None:
    """It is as if nobody had tried: others' calls to the provider come first."""
    _end_claim(
        deliveries,
        state=SendState.QUEUED,
        attempt_count=deliveries[0].attempt_count - 1,
        first_tried_at=_tries(deliveries).before,
        due_at=timezone.now() + timedelta(seconds=wait_s),
    )


def _tries(deliveries: Deliveries) -> SendTries:
    """Return the tries of one call: its deliveries were tried together each time."""
    delivery = deliveries[0]
    return SendTries(delivery.attempt_count, delivery.first_tried_at, delivery.claimed_at)


def _end_claim(deliveries: Deliveries, **fields: object) -> None:
    """What is still claimed stands like this, and the reply shows the worst that is known of any recipient."""
    lock_reply_of(deliveries[0].email)
    rows = OutgoingDelivery.objects.filter(id__in=[delivery.id for delivery in deliveries], state=SendState.SENDING)
    rows.update(claimed_at=None, **fields)
    _show(deliveries[0].email)


def _show(email: EmailMessage) -> None:
    state, error = worst_state(email)
    set_delivery_state(message_id=email.conversation_message_id, state=state, error=error)
