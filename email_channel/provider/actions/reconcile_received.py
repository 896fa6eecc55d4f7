"""What the provider received and no webhook told is found in the provider's own list."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from email_channel.provider.actions.store_provider_event import store_provider_event
from email_channel.provider.bucket import await_turn
from email_channel.provider.payloads import RECEIVED
from email_channel.provider.queries import known_received
from email_channel.provider.received import MailUnavailable, ProviderAway, received_page
from email_channel.provider_words import happened_at
from hummdesk.logs import logger
from hummdesk.tenancy.context import platform_context

# How far back the list is read when nobody knows how far it was read before.
FIRST_LOOK = timedelta(days=7)
# The list is read so much further back than need be: the provider may list a mail some time after it came.
OVERLAP = timedelta(minutes=30)
_TURN_WAIT_S = 20.0
_READ_UP_TO_KEY = "provider-list-read-up-to"


@dataclass(frozen=True)
class Reading:
    """How far the list was read: newest first, back to `since`. `after` is the last id seen, "" at the start.

    `started_at` and `since` are seconds since the epoch.
    """

    started_at: float
    since: float
    after: str = ""
    found_count: int = 0


def begin_reading() -> Reading:
    """Return a reading that starts at the newest mail and goes back to where the last whole one started."""
    now = timezone.now()
    with platform_context():
        read_up_to = cache.get(_READ_UP_TO_KEY)
    since = (now - FIRST_LOOK).timestamp() if read_up_to is None else float(read_up_to) - OVERLAP.total_seconds()
    return Reading(now.timestamp(), since)


def read_on(reading: Reading, until: float) -> Reading | None:
    """Mail of the list that is not known waits to be fetched; returns where to go on, None at the end.

    `until` is in monotonic seconds. When the provider does not answer the reading ends, and the next one begins
    where this one did.
    """
    while time.monotonic() < until:
        if await_turn("public", most_s=_TURN_WAIT_S):
            return reading
        try:
            rows, more_follow = received_page(reading.after)
        except (ProviderAway, MailUnavailable) as error:
            logger.warning("provider_list_unread", error=str(error))
            return None
        found = store_unknown(rows)
        if not more_follow or _moment(rows[-1]).timestamp() < reading.since:
            _note_whole(reading, reading.found_count + found)
            return None
        reading = replace(reading, after=str(rows[-1]["id"]), found_count=reading.found_count + found)
    return reading


def store_unknown(rows: Sequence[Mapping[str, Any]]) -> int:
    """Mails of a page that no event tells of have one now, the oldest first; returns how many."""
    with platform_context():
        known = known_received([str(row["id"]) for row in rows])
    unknown = [row for row in reversed(rows) if str(row["id"]) not in known]
    stored = [store_provider_event(event_id=f"list:{row['id']}", payload=_as_event(row)) for row in unknown]
    return sum(event is not None for event in stored)


def _as_event(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row of the list as the webhook would tell it."""
    data = {"email_id": str(row["id"]), **{name: value for name, value in row.items() if name != "id"}}
    return {"type": RECEIVED, "created_at": _moment(row).isoformat(), "data": data}


def _moment(row: Mapping[str, Any]) -> datetime:
    """Return when a mail of the list came; the list writes `2026-11-23 01:06:00.123+00`, too."""
    return happened_at({"created_at": str(row.get("created_at", ""))}).astimezone(UTC)


def _note_whole(reading: Reading, found_count: int) -> None:
    if found_count:
        logger.warning("provider_list_had_unannounced_mail", count=found_count)
    with platform_context():
        cache.set(_READ_UP_TO_KEY, reading.started_at, timeout=None)
