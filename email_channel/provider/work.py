"""Working off what the provider told, account by account, for a limited time."""

import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from email_channel.provider.actions.heed_event import heed_event
from email_channel.provider.actions.settle_event import postpone_event
from email_channel.provider.actions.take_in_received import take_in_received
from email_channel.provider.bucket import turn_among
from email_channel.provider.lane import rest_s
from email_channel.provider.models import ProviderEvent
from email_channel.provider.queries import IS_RECEIVED, claim_event, next_events
from hummdesk.logs import logger
from hummdesk.tenancy.context import platform_context, release_connection

PLATFORM = "public"


def heed_waiting_events(until: float) -> bool:
    """What is told of mail that went out is heeded until then (monotonic seconds); returns whether more waits."""
    while time.monotonic() < until:
        events = _next(~IS_RECEIVED)
        if not events:
            return False
        for event in events:
            _work_on(event, heed_event)
    return True


def fetch_waiting_mail(until: float, keep_place: Callable[[], None]) -> bool:
    """Received mail is fetched until then (monotonic seconds); returns whether more waits.

    Of each account the oldest that nobody works on comes into question, and the bucket says whose turn it is.
    """
    while settings.RESEND_API_KEY and time.monotonic() < until:
        if rest_s():
            return False
        events = {_whose(event): event for event in reversed(_next(IS_RECEIVED))}
        if not events:
            return False
        keep_place()
        schema, wait_s = turn_among(list(events))
        if schema:
            _work_on(events[schema], take_in_received)
        else:
            release_connection()
            time.sleep(max(0.0, min(wait_s, until - time.monotonic())))
    return bool(settings.RESEND_API_KEY)


def _whose(event: ProviderEvent) -> str:
    return event.account.schema_name if event.account else PLATFORM


def _next(kind: Q) -> list[ProviderEvent]:
    with platform_context():
        return list(next_events(kind, timezone.now()))


def _work_on(event: ProviderEvent, work: Callable[[ProviderEvent], None]) -> None:
    with platform_context():
        if not claim_event(event.id, timezone.now()):
            return
        event.refresh_from_db(fields=["attempt_count"])
    try:
        work(event)
    except Exception as error:  # the rim: one event must not hold up those behind it
        logger.error("provider_event_failed", event_id=str(event.id), error=type(error).__name__)
        _put_off(event, type(error).__name__)


def _put_off(event: ProviderEvent, reason: str) -> None:
    """Put the event off, if the database is there; else its claim ends by itself."""
    try:
        postpone_event(event, reason)
    except DatabaseError as error:
        logger.error("provider_event_stuck", event_id=str(event.id), error=type(error).__name__)
