"""Working time, pure: a week of open periods in a time zone, less the days that are closed.

A moment is open if the clock on the wall shows an open time of an open day. So a night in which the clock is put back
has its repeated hour twice, one in which it is put forward lacks it, and a period that begins in the gap begins at its
end. Between two changes of the clock local time is even: there, open time is arithmetic on whole weeks, and no day or
minute is walked through.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from teams.errors import NeverOpen
from teams.public_holidays import public_holidays

Periods = tuple[tuple[int, int], ...]
"""Open from, until before: minutes after local midnight, in order, none overlapping."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL, _EPOCH_WEEKDAY = date(1970, 1, 1).toordinal(), 3
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_MINUTE, _DAY = 60 * _SECOND, 86_400 * _SECOND
# Adding gives up after so long: a promise of an hour, by a week of one minute, is still kept.
_FURTHEST_AHEAD = 200 * 366 * _DAY


@dataclass(frozen=True)
class Calendar:
    """When somebody works. `week` is Monday to Sunday; `closed_on` and `open_on` go before the public holidays."""

    timezone: str
    week: tuple[Periods, ...]
    country: str = ""
    subdivision: str = ""
    closed_on: frozenset[date] = frozenset()
    open_on: frozenset[date] = frozenset()
    _closed_by_year: dict[int, tuple[list[int], list[int]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def _periods(self) -> tuple[Periods, ...]:
        """The week in microseconds after midnight."""
        return tuple(tuple((opens * _MINUTE, closes * _MINUTE) for opens, closes in day) for day in self.week)

    @cached_property
    def _open_before(self) -> list[int]:
        """Open microseconds of the week before each weekday; the eighth is the whole week."""
        return list(accumulate((sum(closes - opens for opens, closes in day) for day in self._periods), initial=0))

    def _closed_days(self, year: int) -> tuple[list[int], list[int]]:
        """Return a year's closed days, in order, and the open time that is lost before each and in all."""
        if year not in self._closed_by_year:
            own = (day for day in self.closed_on if day.year == year)
            public = (day for day in public_holidays(self.country, self.subdivision, year) if day not in self.open_on)
            days = sorted({day.toordinal() - _EPOCH_ORDINAL for day in (*own, *public)})
            lost = (self._open_on_weekday((day + _EPOCH_WEEKDAY) % 7) for day in days)
            self._closed_by_year[year] = days, list(accumulate(lost, initial=0))
        return self._closed_by_year[year]

    def _open_on_weekday(self, weekday: int) -> int:
        return self._open_before[weekday + 1] - self._open_before[weekday]

    def _periods_of(self, day: int) -> Periods:
        """Return the open periods of a local day (days after 1970-01-01), in microseconds."""
        periods = self._periods[(day + _EPOCH_WEEKDAY) % 7]
        if not periods:
            return periods
        closed, _lost = self._closed_days(_year_of(day))
        place = bisect_left(closed, day)
        return () if place < len(closed) and closed[place] == day else periods

    def _open_between(self, start: int, end: int) -> int:
        """Return the open time between two local moments, in microseconds."""
        first, first_rest = divmod(start, _DAY)
        last, last_rest = divmod(end, _DAY)
        before = _open_until(self._periods_of(first), first_rest)
        if first == last:
            return _open_until(self._periods_of(last), last_rest) - before
        whole = self._week_until(last) - self._week_until(first)
        for year in range(_year_of(first), _year_of(last) + 1):
            closed, lost = self._closed_days(year)
            whole -= lost[bisect_left(closed, last)] - lost[bisect_left(closed, first)]
        return whole - before + _open_until(self._periods_of(last), last_rest)

    def _week_until(self, day: int) -> int:
        weeks, weekday = divmod(day + _EPOCH_WEEKDAY, 7)
        return weeks * self._open_before[7] + self._open_before[weekday]

    def _after(self, start: int, wanted: int) -> int:
        """Return the first local moment by which `wanted` microseconds have been open since `start`; there is one."""
        while (weeks := (wanted - 1) // self._open_before[7]) > 0:
            later = start + weeks * 7 * _DAY
            wanted -= self._open_between(start, later)
            start = later
        day, rest = divmod(start, _DAY)
        while True:
            for opens, closes in self._periods_of(day):
                begins = max(opens, rest)
                if closes - begins >= wanted:
                    return day * _DAY + begins + wanted
                wanted -= max(closes - begins, 0)
            day, rest = day + 1, 0


AROUND_THE_CLOCK = Calendar("UTC", week=(((0, 1440),),) * 7)
"""Wall-clock time, for the functions of this module."""


def is_open_at(calendar: Calendar, at: datetime) -> bool:
    """Return whether a moment (aware) is open: from a period's first minute until before its last."""
    _begin, _end, offset = next(_even_stretches(calendar.timezone, at))
    day, rest = divmod(_microseconds(at) + offset, _DAY)
    return any(opens <= rest < closes for opens, closes in calendar._periods_of(day))


def business_seconds_between(calendar: Calendar, start: datetime, end: datetime) -> float:
    """Return the open seconds between two moments (aware), exact to the microsecond; 0 if the end is not later.

    Some microseconds for a day and for a year alike; more by the changes of the clock in between.
    """
    last = _microseconds(end)
    total = 0
    for begins, ends, offset in _even_stretches(calendar.timezone, start):
        if begins >= last:
            break
        total += calendar._open_between(begins + offset, min(ends, last) + offset)
    return total / _SECOND


def add_business_seconds(calendar: Calendar, start: datetime, seconds: float) -> datetime:
    """Return the first moment (UTC) by which so many open seconds have passed since `start` (aware); itself for 0.

    The inverse of `business_seconds_between`; a target that is reached at closing time falls on closing time.
    Raises: ValueError for negative seconds; NeverOpen for a week without open time, or after two hundred years.
    """
    wanted = round(seconds * _SECOND)
    if wanted < 0:
        raise ValueError("seconds must not be negative")
    if wanted == 0:
        return start.astimezone(UTC)
    if not calendar._open_before[7]:
        raise NeverOpen
    furthest = _microseconds(start) + _FURTHEST_AHEAD
    for begins, ends, offset in _even_stretches(calendar.timezone, start):
        open_us = calendar._open_between(begins + offset, ends + offset)
        if open_us >= wanted:
            return _EPOCH + (calendar._after(begins + offset, wanted) - offset) * _MICROSECOND
        wanted -= open_us
        if ends > furthest:
            break
    raise NeverOpen


def next_opening(calendar: Calendar, at: datetime) -> datetime:
    """Return the first moment (UTC), `at` (aware) or later, that is open. Raises: NeverOpen."""
    smallest_s = 1 / _SECOND
    return add_business_seconds(calendar, at, smallest_s) - _MICROSECOND


def next_closing(calendar: Calendar, at: datetime) -> datetime | None:
    """Return when the open time that `at` (aware) lies in ends; None where it lasts for two weeks."""
    open_us, closed_us = 0, 14 * _DAY
    if _is_open_throughout(calendar, at, closed_us):
        return None
    while closed_us - open_us > 1:
        middle = (open_us + closed_us) // 2
        open_us, closed_us = (middle, closed_us) if _is_open_throughout(calendar, at, middle) else (open_us, middle)
    return at.astimezone(UTC) + open_us * _MICROSECOND


def _is_open_throughout(calendar: Calendar, at: datetime, span_us: int) -> bool:
    return round(business_seconds_between(calendar, at, at + span_us * _MICROSECOND) * _SECOND) == span_us


def _open_until(periods: Periods, rest: int) -> int:
    return sum(min(rest, closes) - opens for opens, closes in periods if opens < rest)


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=4096)
def _year_of(day: int) -> int:
    return date.fromordinal(day + _EPOCH_ORDINAL).year


def _even_stretches(timezone: str, start: datetime) -> Iterator[tuple[int, int, int]]:
    """Yield (from, until, offset) in microseconds: stretches of UTC from `start` on, of one offset to local time."""
    moment = _microseconds(start)
    year = _year_of(moment // _DAY)
    while True:
        begins, offsets = _offsets(timezone, year)
        for place in range(bisect_right(begins, moment) - 1, len(offsets)):
            yield moment, begins[place + 1], offsets[place]
            moment = begins[place + 1]
        year += 1


@lru_cache(maxsize=8192)
def _offsets(timezone: str, year: int) -> tuple[list[int], list[int]]:
    """Return when each of a year's offsets begins (UTC), with the year's end besides, and the offsets."""
    zone = ZoneInfo(timezone)
    first, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    begins, offsets = [_microseconds(first)], [_offset(zone, first)]
    day = first
    while day < end:
        # No zone changes its clock twice in a day.
        next_day = day + timedelta(days=1)
        if _offset(zone, next_day) != offsets[-1]:
            begins.append(_microseconds(_change_between(zone, day, next_day)))
            offsets.append(_offset(zone, next_day))
        day = next_day
    if begins[-1] >= _microseconds(end):
        del begins[-1], offsets[-1]
    return [*begins, _microseconds(end)], offsets


def _offset(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset() or timedelta()
    return offset // _MICROSECOND


def _change_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the first second with another offset than `before`."""
    second = timedelta(seconds=1)
    offset = _offset(zone, before)
    while after - before > second:
        middle = before + (after - before) // second // 2 * second
        before, after = (middle, after) if _offset(zone, middle) == offset else (before, middle)
    return after
