"""Whether somebody works now, and the week, in words."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from teams.calendar import Calendar, Periods, is_open_at, next_closing, next_opening
from teams.errors import NeverOpen
from teams.public_holidays import public_holidays
from teams.week import time_text


def openness(calendar: Calendar, now: datetime) -> tuple[bool, str]:
    """Return whether it is open at `now` (aware), and until when, or when it opens, by the calendar's own clock."""
    if is_open_at(calendar, now):
        closes_at = next_closing(calendar, now)
        if closes_at is None:
            return True, _("Open around the clock")
        return True, _("Open until %(time)s") % {"time": moment_text(calendar, closes_at, now)}
    try:
        opens_at = next_opening(calendar, now)
    except NeverOpen:
        return False, _("Never open")
    return False, _("Opens %(time)s") % {"time": moment_text(calendar, opens_at, now)}


def moment_text(calendar: Calendar, at: datetime, now: datetime) -> str:
    """Return a moment soon after `now` by the calendar's clock: "17:00", "tomorrow 09:00", "Monday 09:00"."""
    zone = ZoneInfo(calendar.timezone)
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    time = date_format(local, "H:i")
    ahead = (local.date() - today).days
    if ahead == 0:
        return time
    if ahead == 1:
        return _("tomorrow %(time)s") % {"time": time}
    return date_format(local, "l H:i" if ahead < 7 else "j F Y, H:i")


def week_text(week: Sequence[Periods]) -> str:
    """Return a week's open periods in short: "Mon–Fri 09:00–17:00, Sat 10:00–14:00"."""
    runs = groupby(enumerate(week), key=lambda day: day[1])
    said = [_run_text([weekday for weekday, _periods in days], periods) for periods, days in runs if periods]
    return ", ".join(said) or _("No open time")


def days_ahead(calendar: Calendar, today: date, language: str) -> Sequence[tuple[date, str]]:
    """Return the public holidays of the year from `today` on, with their names, in order."""
    years = (today.year, today.year + 1)
    found = [
        (day, name)
        for year in years
        for day, name in public_holidays(calendar.country, calendar.subdivision, year, language).items()
    ]
    return [(day, name) for day, name in found if today <= day < today + timedelta(days=366)]


def _run_text(weekdays: Sequence[int], periods: Iterable[tuple[int, int]]) -> str:
    first, last = str(WEEKDAYS_ABBR[weekdays[0]]), str(WEEKDAYS_ABBR[weekdays[-1]])
    days = first if first == last else f"{first}–{last}"
    return f"{days} " + ", ".join(f"{time_text(opens)}–{time_text(closes)}" for opens, closes in periods)
