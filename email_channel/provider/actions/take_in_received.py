"""Mail that the provider received is fetched and becomes mail like any other."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from redis.exceptions import RedisError

from accounts.queries import RoutedAddress
from email_channel.actions.store_mail import store_fetched_mail
from email_channel.actions.take_in_mail import take_in_mail
from email_channel.enums import ProviderEventState
from email_channel.errors import EmptyMail, UnknownRecipient
from email_channel.provider.actions.settle_event import postpone_event, release_event, settle_event, wake_events
from email_channel.provider.actions.store_provider_event import NOBODY_HERE
from email_channel.provider.lane import note_answer, note_failure
from email_channel.provider.models import ProviderEvent
from email_channel.provider.payloads import incoming_recipients
from email_channel.provider.queries import earlier_in_work, renew_claim
from email_channel.provider.received import FetchedMail, MailUnavailable, ProviderAway, ProviderBusy, fetch_received
from email_channel.provider_words import happened_at
from email_channel.recipients import routes_of
from hummdesk.logs import logger
from hummdesk.tenancy.context import account_context, platform_context, release_connection

# A mail that the provider does not hand out after so many tries, over three hours, waits for an operator.
TRIES_MOST = 20
# An answer must not overtake what it answers, nor wait for a process that is gone.
EARLIER_WAIT_S = 15.0
_POLL_S = 0.05


def take_in_received(event: ProviderEvent) -> None:
    """The mail of a claimed event is in the conversations of all whom it names, or the event waits on or has failed.

    The caller has taken a turn for it. No transaction is open while the provider is asked.
    """
    try:
        fetched = fetch_received(event.object_id, before_step=lambda: _keep(event))
    except ProviderBusy:
        release_event(event)
    except ProviderAway as error:
        _note(answered=False)
        logger.warning("provider_away", event_id=str(event.id), attempts=event.attempt_count + 1)
        postpone_event(event, f"The provider could not be asked: {error}")
    except MailUnavailable as error:
        _note(answered=True)
        _give_up_or_wait(event, str(error))
    else:
        _note(answered=True)
        _take_in(event, fetched)


def _take_in(event: ProviderEvent, fetched: FetchedMail) -> None:
    routes = _routes(event, fetched)
    if not routes:
        settle_event(event, ProviderEventState.IGNORED, NOBODY_HERE)
        return
    received_at = _received_at(event, fetched)
    _await_earlier(event)
    _keep(event)
    faults = [_store_for(route, event, fetched.raw, received_at) for route in routes]
    if all(faults):
        settle_event(event, ProviderEventState.FAILED, faults[0])
    else:
        settle_event(event, ProviderEventState.DONE, next(filter(None, faults), ""))


def _keep(event: ProviderEvent) -> None:
    """The claim is a new one, for the step that follows."""
    with platform_context():
        renew_claim(event.id, timezone.now())


def _await_earlier(event: ProviderEvent) -> None:
    """Older mail of the account that another process fetches at this moment is looked into first."""
    _keep(event)
    end = time.monotonic() + EARLIER_WAIT_S
    while time.monotonic() < end:
        with platform_context():
            if not earlier_in_work(event, timezone.now()):
                return
        release_connection()
        time.sleep(_POLL_S)


def _routes(event: ProviderEvent, fetched: FetchedMail) -> Sequence[RoutedAddress]:
    """Return each mailbox that the mail is for, by the event's words and by those of the mail itself. One query."""
    addresses = [*incoming_recipients(event.payload), *incoming_recipients({"data": fetched.metadata})]
    routes = routes_of(list(dict.fromkeys(addresses)))
    return list({route.mailbox_id: route for route in routes.values()}.values())


def _received_at(event: ProviderEvent, fetched: FetchedMail) -> datetime:
    """Return when the provider received the mail, never in the future."""
    told: Mapping[str, Any] = fetched.metadata
    at = happened_at(told) if told.get("created_at") else event.occurred_at
    return min(at, timezone.now())


def _store_for(route: RoutedAddress, event: ProviderEvent, raw: bytes, received_at: datetime) -> str:
    """Store the mail for one mailbox; return why that was not possible, or nothing."""
    with account_context(route.account):
        try:
            stored = store_fetched_mail(
                mailbox_id=route.mailbox_id, raw=raw, provider_id=event.object_id, received_at=received_at
            )
        except (EmptyMail, UnknownRecipient) as error:
            return str(error.detail)
        _look_into(stored.id)
    return ""


def _look_into(incoming_mail_id: UUID) -> None:
    try:
        take_in_mail(incoming_mail_id)
    except Exception as error:  # the rim: the mail is stored, and the sweep comes back to it
        logger.error("mail_intake_postponed", incoming_mail_id=str(incoming_mail_id), error=type(error).__name__)


def _give_up_or_wait(event: ProviderEvent, reason: str) -> None:
    if event.attempt_count + 1 < TRIES_MOST:
        postpone_event(event, reason)
        return
    logger.error("received_mail_unavailable", event_id=str(event.id), attempts=event.attempt_count + 1)
    settle_event(event, ProviderEventState.FAILED, reason)


def _note(*, answered: bool) -> None:
    """Remember how it went, if Redis is there; the end of an outage wakes all that was put off."""
    try:
        if not answered:
            note_failure()
        elif note_answer():
            logger.info("provider_back", woken=wake_events())
    except RedisError as error:
        logger.warning("provider_lane_unavailable", error=type(error).__name__)
