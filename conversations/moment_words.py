"""Moments as people write them in a hurry: "fri 9", "tomorrow", "2h", "18:30", in the language in force."""

import datetime as dt
import re

from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

MORNING = dt.time(8)
WORD_MIN_LENGTH = 2
_HOUR = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\Z")
_SPAN = re.compile(r"(\d{1,3})\s?([a-zäö]+)\Z")
_TEXT_MAX_LENGTH = 40


def moment_meant(text: str) -> dt.datetime | None:
    """Return the coming moment that the text means, in the current time zone, None for what is none.

    A day without an hour means 8 in the morning; an hour without a day the next time that it strikes.
    """
    words = text.lower()[:_TEXT_MAX_LENGTH].split()
    if not words:
        return None
    if span := _span_meant(" ".join(words)):
        return timezone.localtime() + span
    return _day_and_hour(words)


def _span_meant(text: str) -> dt.timedelta | None:
    match = _SPAN.match(text)
    if match is None:
        return None
    units = {"minutes": _("minutes"), "hours": _("hours"), "days": _("days"), "weeks": _("weeks")}
    for unit, word in units.items():
        if word.startswith(match[2]) or unit.startswith(match[2]):
            return dt.timedelta(**{unit: int(match[1])})
    return None


def _day_and_hour(words: list[str]) -> dt.datetime | None:
    now = timezone.localtime()
    days_ahead = _days_ahead(words[0], now)
    rest = words if days_ahead is None else words[1:]
    hour = _hour_meant(rest[0]) if rest else MORNING
    if hour is None or len(rest) > 1:
        return None
    moment = dt.datetime.combine(now.date() + dt.timedelta(days=days_ahead or 0), hour, tzinfo=now.tzinfo)
    if days_ahead is None and moment <= now:
        moment += dt.timedelta(days=1)
    return moment if moment > now else None


def _days_ahead(word: str, now: dt.datetime) -> int | None:
    """Return how many days it is to a day by its name; the same weekday as today is a week away."""
    if len(word) < WORD_MIN_LENGTH or word[0].isdigit():
        return None
    for name, days_ahead in ((_("today"), 0), (_("tomorrow"), 1)):
        if name.lower().startswith(word):
            return days_ahead
    for weekday, name in WEEKDAYS.items():
        if str(name).lower().startswith(word):
            return (weekday - now.weekday() - 1) % 7 + 1
    return None


def _hour_meant(word: str) -> dt.time | None:
    match = _HOUR.match(word)
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
        return None
    return dt.time(int(match[1]), int(match[2] or 0))
