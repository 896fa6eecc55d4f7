"""Calendars and spans near changes of the clock, and what they come to, minute by minute."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from teams.calendar import Calendar, Periods
from teams.public_holidays import public_holidays

ZONES = (
    "Europe/Helsinki", "Europe/Stockholm", "Europe/London", "Europe/Dublin", "America/Chicago", "America/New_York",
    "America/Sao_Paulo", "America/Santiago", "America/Havana", "America/St_Johns", "America/Asuncion",
    "Africa/Casablanca", "Africa/Cairo", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Beirut", "Asia/Tehran",
    "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Chatham",
)  # fmt: skip
YEARS = range(2020, 2036)
COUNTRIES = (("", ""), ("FI", ""), ("US", "CA"), ("GB", "SCT"), ("BR", ""), ("MA", ""))
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@cache
def changes_of(zone: str) -> Sequence[datetime]:
    """Return the quarters of an hour (UTC) of all years after which a zone's clock shows another offset."""
    local = ZoneInfo(zone)
    quarter = timedelta(minutes=15)
    found, offset = [], None
    day = datetime(YEARS.start, 1, 1, tzinfo=UTC)
    while day.year < YEARS.stop:
        if offset is not None and day.astimezone(local).utcoffset() != offset:
            at = day
            while (at - quarter).astimezone(local).utcoffset() != offset:
                at -= quarter
            found.append(at)
        offset = day.astimezone(local).utcoffset()
        day += timedelta(hours=12)
    return found


def open_seconds_by_minutes(calendar: Calendar, start: datetime, end: datetime) -> float:
    """Return the reference: each minute of UTC is open or not, as the clock on the wall shows; some count in part."""
    local, total = ZoneInfo(calendar.timezone), 0.0
    minute = start.replace(second=0, microsecond=0)
    while minute < end:
        if is_open_on_the_wall(calendar, minute.astimezone(local)):
            total += (min(minute + MINUTE, end) - max(minute, start)) / SECOND
        minute += MINUTE
    return total


def is_open_on_the_wall(calendar: Calendar, wall: datetime) -> bool:
    day, minute = wall.date(), wall.hour * 60 + wall.minute
    if day in calendar.closed_on:
        return False
    if day not in calendar.open_on and day in public_holidays(calendar.country, calendar.subdivision, day.year):
        return False
    return any(opens <= minute < closes for opens, closes in calendar.week[day.weekday()])


@st.composite
def periods(draw: st.DrawFn) -> Periods:
    edges = draw(st.lists(st.integers(0, 1440), max_size=6, unique=True).map(sorted))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def moments(draw: st.DrawFn, zone: str) -> datetime:
    """Draw a moment within a day and a half of a change of the clock, or any day of a zone without."""
    days = st.datetimes(datetime(YEARS.start, 1, 2), datetime(YEARS.stop - 1, 12, 30), timezones=st.just(UTC))
    near = st.sampled_from(changes_of(zone)) if changes_of(zone) else days
    at = draw(near) + draw(st.integers(-36 * 60, 36 * 60)) * MINUTE
    return at + draw(st.sampled_from([timedelta(), 29 * SECOND, timedelta(microseconds=1)]))


@st.composite
def calendars(draw: st.DrawFn, near: date | None = None, zone: str = "") -> Calendar:
    country, subdivision = draw(st.sampled_from(COUNTRIES))
    days = st.integers(-2, 4).map(lambda day: (near or date(2026, 3, 29)) + timedelta(days=day))
    closed = draw(st.frozensets(days, max_size=2))
    return Calendar(
        timezone=zone or draw(st.sampled_from(ZONES)),
        week=tuple(draw(periods()) for _weekday in range(7)),
        country=country,
        subdivision=subdivision,
        closed_on=closed,
        open_on=draw(st.frozensets(days, max_size=1)) - closed,
    )


@st.composite
def spans(draw: st.DrawFn) -> tuple[Calendar, datetime, datetime]:
    """Draw a calendar and a span of up to two days about a change of its clock."""
    zone = draw(st.sampled_from(ZONES))
    start = draw(moments(zone))
    end = start + draw(st.integers(0, 2 * 1440)) * MINUTE + draw(st.sampled_from([timedelta(), SECOND]))
    return draw(calendars(start.date(), zone)), start, end
