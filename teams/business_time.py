"""Whether somebody works at a moment."""

from datetime import datetime
from zoneinfo import ZoneInfo

from teams.models import BusinessHours


def is_open(hours: BusinessHours, at: datetime) -> bool:
    """Return whether a moment (aware) lies in a period of its day, and the day is no holiday. Two queries.

    Periods are open from their first minute until before their last, by the clock of the calendar's time zone.
    """
    local = at.astimezone(ZoneInfo(hours.timezone))
    minute = local.hour * 60 + local.minute
    periods = hours.periods.filter(weekday=local.weekday(), opens_minute__lte=minute, closes_minute__gt=minute)
    return periods.exists() and not hours.holidays.filter(day_on=local.date()).exists()
