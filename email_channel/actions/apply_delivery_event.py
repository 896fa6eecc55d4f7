"""What is told of a mail that went out is heeded: by the provider's events, and by bounces."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.actions.set_delivery_state import set_delivery_state
from email_channel.actions.suppress_address import suppress_address
from email_channel.delivery_states import DeliveryWord, is_heeded
from email_channel.enums import BounceKind, SendState, SuppressionReason
from email_channel.models import EmailMessage, OutgoingDelivery
from email_channel.provider_words import DELIVERY_TAG, delivery_word, provider_id_of, recipients_told, tag_of
from email_channel.queries import call_of, deliveries_with_provider_id, lock_reply_of, worst_state
from hummdesk.events.publishing import action

# Bad news that concerns one recipient; of a mail to several the provider may not say whom.
_PERSONAL = frozenset({SendState.BOUNCED, SendState.COMPLAINED, SendState.SUPPRESSED})
_UNSETTLED = frozenset({SendState.QUEUED, SendState.SENDING, SendState.SENT, SendState.DELAYED, SendState.UNKNOWN})
_NOT_ACCEPTED = frozenset({SendState.QUEUED, SendState.SENDING, SendState.UNKNOWN})


@action
def apply_delivery_event(*, type: str, payload: Mapping[str, Any]) -> bool:
    """What the provider's event (`payload` is all of it) says of a mail is known, in the account in force.

    Returns whether the mail is one of ours; an event of another kind is nobody's. Safe to run twice, in any order.
    Locks the reply. Publishes: DeliveryChanged, AddressSuppressed.
    """
    word = delivery_word(type, payload)
    call = _call_told_of(payload) if word else []
    if word is None or not call:
        return False
    lock_reply_of(call[0].email)
    _note_acceptance(call, provider_id_of(payload), word)
    told = _recipients_meant(call, payload, word)
    if told:
        heed_word(delivery_ids=[delivery.id for delivery in told], word=word)
    else:
        _ask_a_person(call, word)
    return True


@action
def heed_word(*, delivery_ids: Sequence[UUID], word: DeliveryWord) -> int:
    """These deliveries, of one mail, stand as they were told to, unless a newer word was heeded; returns how many.

    A hard bounce and a complaint put the address on the suppression list. Locks the reply, then the deliveries.
    Publishes: DeliveryChanged, AddressSuppressed.
    """
    email = EmailMessage.objects.filter(deliveries__in=delivery_ids).first()
    if email is None:
        return 0
    lock_reply_of(email)
    rows = OutgoingDelivery.objects.select_for_update().filter(email=email, id__in=delivery_ids).order_by("id")
    heeded = [row for row in rows if is_heeded(SendState(row.state), row.told_at, word)]
    for delivery in heeded:
        _set(delivery, word)
        _suppress(delivery, word)
    if heeded:
        _show(email)
    return len(heeded)


def _set(delivery: OutgoingDelivery, word: DeliveryWord) -> None:
    delivery.state, delivery.told_at, delivery.claimed_at = word.state, word.at, None
    delivery.bounce_kind, delivery.status_code = word.bounce_kind or "", word.status_code[:12]
    delivery.error = word.error[:1000]
    delivery.sent_at = delivery.sent_at or word.at
    fields = ["state", "told_at", "claimed_at", "bounce_kind", "status_code", "error", "sent_at"]
    delivery.save(update_fields=fields)


def _suppress(delivery: OutgoingDelivery, word: DeliveryWord) -> None:
    if word.state == SendState.COMPLAINED:
        suppress_address(address=delivery.recipient, reason=SuppressionReason.COMPLAINT, detail=word.error)
    elif word.bounce_kind == BounceKind.HARD or word.state == SendState.SUPPRESSED:
        suppress_address(address=delivery.recipient, reason=SuppressionReason.HARD_BOUNCE, detail=word.error)


def _call_told_of(payload: Mapping[str, Any]) -> Sequence[OutgoingDelivery]:
    """Return the deliveries that went in the call which an event is about, none for a mail that is not here.

    The tag leads there too where a process died before it noted the provider's id.
    """
    return deliveries_with_provider_id(provider_id_of(payload)) or call_of(tag_of(payload, DELIVERY_TAG))


def _note_acceptance(call: Sequence[OutgoingDelivery], provider_id: str, word: DeliveryWord) -> None:
    """All that went in the call has left, whomever the event is about: nothing of it is sent again."""
    ids = [delivery.id for delivery in call]
    rows = OutgoingDelivery.objects.filter(id__in=ids)
    rows.filter(provider_id="").update(provider_id=provider_id[:100])
    waiting = rows.filter(state__in=_NOT_ACCEPTED, told_at=None)
    waiting.update(state=SendState.SENT, claimed_at=None, sent_at=word.at, error="")


def _recipients_meant(
    call: Sequence[OutgoingDelivery], payload: Mapping[str, Any], word: DeliveryWord
) -> Sequence[OutgoingDelivery]:
    """Return whom an event is about, nobody where bad news may be anybody's.

    The provider's `to` may be the header of the mail instead of the one concerned, so that bad news counts only for
    whom the other server's words name, or for whom the header does not.
    """
    if len(call) == 1:
        return call
    named = [each for each in call if each.recipient in word.error.lower()]
    addresses = recipients_told(payload)
    addressed = [each for each in call if each.recipient in addresses]
    if word.state not in _PERSONAL:
        return addressed if word.state in (SendState.DELIVERED, SendState.DELAYED) and addressed else call
    if len(named) == 1:
        return named
    in_header = {entry["address"].lower() for entry in call[0].email.to}
    return [] if {each.recipient for each in addressed} & in_header else addressed


def _ask_a_person(call: Sequence[OutgoingDelivery], word: DeliveryWord) -> None:
    """Those of whom no outcome is known are marked so: one of them was not reached, and nobody says who."""
    ids = [delivery.id for delivery in call]
    rows = OutgoingDelivery.objects.filter(id__in=ids, state__in=_UNSETTLED)
    unsettled = rows.exclude(told_at__gte=word.at)
    if len(call) > 1:
        text = _("One of the recipients was not reached; the mail service does not say which one.")
        error = f"{text} {word.error}".strip()[:1000]
        if unsettled.update(state=SendState.UNKNOWN, told_at=word.at, error=error, due_at=timezone.now()):
            _show(call[0].email)


def _show(email: EmailMessage) -> None:
    """The reply shows the worst that is known of any of its recipients."""
    state, error = worst_state(email)
    set_delivery_state(message_id=email.conversation_message_id, state=state, error=error)
