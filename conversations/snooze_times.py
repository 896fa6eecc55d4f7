"""Moments to wake up at: the usual ones, and what agents type, such as "fri 9", "tomorrow 15:30" or "2h"."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _

MORNING = time(8)
MONDAY = 0
_LATER_H, _LATE_H = 3, 20
_UNITS: Mapping[str, timedelta] = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"(?:in )?(\d{1,3}) ?(m|h|d|w)(?:in|ins|inutes?|ours?|ays?|eeks?|rs?)?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:at )?(\d{1,2})(?:[:.](\d\d))? ?(am|pm)?", re.IGNORECASE)


@dataclass(frozen=True)
class SnoozeTime:
    """A choice: what it is called, and when it is; None is until the customer writes."""

    label: str
    at: datetime | None

    @property
    def hint(self) -> str:
        """The moment in the reader's time zone, "Tue 3 Mar 08:00"."""
        return date_format(timezone.localtime(self.at), "D j M H:i") if self.at else ""


def usual_times(now: datetime) -> Sequence[SnoozeTime]:
    """Return the usual moments after `now`, in the current time zone, the soonest first."""
    local = timezone.localtime(now)
    later = (local + timedelta(hours=_LATER_H)).replace(minute=0, second=0, microsecond=0)
    times = [
        SnoozeTime(_("Tomorrow"), _morning(local, 1)),
        SnoozeTime(_("Next Monday"), _morning(local, 7 - local.weekday())),
        *([] if local.weekday() == MONDAY else [SnoozeTime(_("In a week"), _morning(local, 7))]),
        SnoozeTime(_("Until the customer writes"), None),
    ]
    is_today = later.date() == local.date() and later.hour <= _LATE_H
    return [SnoozeTime(_("Later today"), later), *times] if is_today else times


def typed_time(text: str, now: datetime) -> datetime | None:
    """Return the moment that somebody means, in the current time zone; None when it can't be told.

    A day without a time is its morning; a time without a day is the next such time.
    """
    words = " ".join(text.lower().split())
    local = timezone.localtime(now)
    if span := _SPAN.fullmatch(words):
        return local + int(span[1]) * _UNITS[span[2]]
    try:
        moment = datetime.fromisoformat(text.strip())
        return timezone.localtime(moment if moment.tzinfo else timezone.make_aware(moment))
    except (ValueError, OverflowError):
        return _day_and_clock(words, local)


def _day_and_clock(words: str, local: datetime) -> datetime | None:
    day, _space, rest = words.partition(" ")
    ahead = _days_ahead(day, local)
    if ahead is None:
        clock = _clock(words)
        return _at(local, 0, clock, is_next=True) if clock else None
    clock = _clock(rest) if rest else MORNING
    return _at(local, ahead, clock) if clock else None


def _days_ahead(word: str, local: datetime) -> int | None:
    if len(word) < 2 or not word.isalpha():
        return None
    for names, ahead in (({"today", _("today")}, 0), ({"tomorrow", _("tomorrow")}, 1)):
        if any(name.startswith(word) for name in names if len(word) > 2):
            return ahead
    for number, english in enumerate(_ENGLISH_DAYS):
        if english.startswith(word) or str(WEEKDAYS[number]).lower().startswith(word):
            return (number - local.weekday() - 1) % 7 + 1
    return None


def _clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _morning(local: datetime, days: int) -> datetime:
    return _at(local, days, MORNING)


def _at(local: datetime, days: int, clock: time, *, is_next: bool = False) -> datetime:
    """Return that time of day in some days, by the clock on the wall; with `is_next`, tomorrow if it is over."""
    naive = datetime.combine(local.date() + timedelta(days=days), clock)
    moment = timezone.make_aware(naive)
    return timezone.make_aware(naive + timedelta(days=1)) if is_next and moment <= local else moment
