"""A week of open periods as people write it, "09:00" to "17:00", and what is wrong with one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

PERIODS_A_DAY_MOST = 12
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)
_DAY_END = 1440


class OpenPeriod(NamedTuple):
    """One open period of a weekday (0 = Monday), in minutes after local midnight: open from, until before."""

    weekday: int
    opens_minute: int
    closes_minute: int

    def __str__(self) -> str:
        return f"{time_text(self.opens_minute)}–{time_text(self.closes_minute)}"


def time_text(minute: int) -> str:
    """Return a minute after midnight as it is written: 09:00, and 24:00 for the day's end."""
    return f"{minute // 60:02}:{minute % 60:02}"


def minute_of(text: str) -> int | None:
    """Return the minute after midnight that is written as 9:00, 09:00 or 24:00; None for anything else."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    return int(match[1]) * 60 + int(match[2]) if match[1] else _DAY_END


def weekday_name(weekday: int) -> str:
    """Return the weekday's name in the language in force."""
    return str(WEEKDAYS[weekday])


def read_week(written: Iterable[Mapping[str, Any]]) -> tuple[Sequence[OpenPeriod], Sequence[str]]:
    """Return the periods in order, and what is wrong, each error with its day's name.

    `written`: `{"weekday": 0 to 6, "opens": "09:00", "closes": "17:00"}`, in any order.
    """
    periods, errors = [], []
    for one in written:
        opens, closes = minute_of(one["opens"]), minute_of(one["closes"])
        wrong = [one[name].strip()[:20] for name, minute in (("opens", opens), ("closes", closes)) if minute is None]
        errors += [_time_error(one["weekday"], text) for text in wrong]
        if opens is not None and closes is not None:
            periods.append(OpenPeriod(one["weekday"], opens, closes))
    periods.sort()
    errors += [_length_error(one) for one in periods if one.closes_minute <= one.opens_minute]
    return periods, errors or [*_overlap_errors(periods), *_count_errors(periods)]


def _time_error(weekday: int, text: str) -> str:
    if not text:
        return _("%(day)s: a period needs both times.") % {"day": weekday_name(weekday)}
    return _("%(day)s: “%(text)s” is no time of day. Write it as 09:00.") % {
        "day": weekday_name(weekday),
        "text": text,
    }


def _length_error(period: OpenPeriod) -> str:
    words = {"day": weekday_name(period.weekday), "period": str(period)}
    if period.opens_minute == period.closes_minute:
        return _("%(day)s: %(period)s is empty.") % words
    text = _("%(day)s: %(period)s ends before it begins. End a night at 24:00, and begin the next day at 00:00.")
    return text % words


def _overlap_errors(periods: Sequence[OpenPeriod]) -> list[str]:
    text = _("%(day)s: %(first)s and %(second)s overlap.")
    return [
        text % {"day": weekday_name(first.weekday), "first": str(first), "second": str(second)}
        for first, second in pairwise(periods)
        if first.weekday == second.weekday and second.opens_minute < first.closes_minute
    ]


def _count_errors(periods: Sequence[OpenPeriod]) -> list[str]:
    text = _("%(day)s: use at most %(count)d periods.")
    days = [one.weekday for one in periods]
    return [
        text % {"day": weekday_name(day), "count": PERIODS_A_DAY_MOST}
        for day in sorted(set(days))
        if days.count(day) > PERIODS_A_DAY_MOST
    ]
