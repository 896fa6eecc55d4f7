"""When things happen in the demo: customers write at all hours, agents answer in office hours."""

from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

DAYS = 60
DAY_S = 86_400
HOUR_S = 3_600
SATURDAY = 5
# How often customers write, by local hour of the day.
HOUR_WEIGHTS = (2, 1, 1, 1, 1, 2, 5, 12, 24, 30, 30, 26, 22, 25, 26, 24, 20, 16, 14, 15, 16, 13, 8, 4)
WEEKEND_FACTOR = 0.35
OFFICE_OPENS_S = 8 * HOUR_S
OFFICE_CLOSES_S = 17 * HOUR_S + 1_800
# Minutes until the next message, from which one is drawn: often soon, now and then the next day.
REPLY_GAPS_MIN = (4, 6, 9, 13, 18, 24, 33, 45, 60, 85, 120, 170, 250, 420)
CUSTOMER_GAPS_MIN = (2, 5, 9, 16, 28, 45, 75, 130, 240, 420, 900, 1_300, 1_700, 2_800)
NOTE_GAPS_MIN = (2, 3, 5, 8, 12, 18, 26, 40)
GAPS_S = {
    kind: tuple(minutes * 60 for minutes in gaps)
    for kind, gaps in {"incoming": CUSTOMER_GAPS_MIN, "reply": REPLY_GAPS_MIN, "note": NOTE_GAPS_MIN}.items()
}


class DemoClock:
    """Local days of one time zone around `now`. Moments are whole seconds since 1970 (UTC)."""

    def __init__(self, timezone: str, now: datetime) -> None:
        self.now_s = int(now.timestamp())
        self._first_day = self.now_s // DAY_S - DAYS - 2
        zone = ZoneInfo(timezone)
        noons = [(self._first_day + day) * DAY_S + DAY_S // 2 for day in range(DAYS + 20)]
        self._offsets_s = [_offset_s(zone, noon) for noon in noons]

    def local_s(self, moment_s: int) -> int:
        """The same moment as seconds on the wall clock; exact but for the night when clocks change."""
        return moment_s + self._offsets_s[moment_s // DAY_S - self._first_day]

    def arrivals(self, count: int, rng: Random) -> list[int]:
        """`count` moments within the last `DAYS` days, ascending, none after now."""
        starts = [self.now_s - HOUR_S * (hour + 1) for hour in range(DAYS * 24)]
        weights = list(accumulate(self._weight(start) for start in starts))
        hours = rng.choices(starts, cum_weights=weights, k=count)
        return sorted(start + int(rng.random() * HOUR_S) for start in hours)

    def at_desk(self, moment_s: int, spread_s: int) -> int:
        """That moment if the office is open, else up to `spread_s` after it opens next."""
        local = self.local_s(moment_s)
        day, second = divmod(local, DAY_S)
        if second >= OFFICE_CLOSES_S:
            day, second = day + 1, -1
        workday = workday_from(day)
        if workday == day and second >= OFFICE_OPENS_S:
            return moment_s
        return moment_s + workday * DAY_S + OFFICE_OPENS_S + spread_s - local

    def next_morning_s(self, days_ahead: int) -> int:
        """Nine o'clock local time, so many days from today, or on the Monday after."""
        day = workday_from(self.local_s(self.now_s) // DAY_S + days_ahead)
        nine = day * DAY_S + 9 * HOUR_S
        return nine - self._offsets_s[day - self._first_day]

    def _weight(self, start_s: int) -> float:
        day, second = divmod(self.local_s(start_s), DAY_S)
        growth = 1 + 4 * max(0.0, 1 - (self.now_s - start_s) / (10 * DAY_S))
        return HOUR_WEIGHTS[second // HOUR_S] * growth * (WEEKEND_FACTOR if weekday_of(day) >= SATURDAY else 1)


def weekday_of(day: int) -> int:
    """The weekday of a day counted from 1970-01-01, which was a Thursday; Monday is 0."""
    return (day + 3) % 7


def workday_from(day: int) -> int:
    """That day, or the Monday after when it falls on a weekend."""
    weekday = weekday_of(day)
    return day if weekday < SATURDAY else day + 7 - weekday


def _offset_s(zone: ZoneInfo, moment_s: int) -> int:
    offset = datetime.fromtimestamp(moment_s, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
