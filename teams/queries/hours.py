"""The calendars of business hours."""

from functools import lru_cache
from uuid import UUID

from hummdesk.tenancy.context import current_schema
from teams.calendar import Calendar
from teams.models import BusinessHours


def calendar_of(hours: BusinessHours) -> Calendar:
    """Return the calendar that these hours make. No query while the process knows this `version` of them, else three.

    Whoever changes periods or days counts the version up (`save_hours`).
    """
    return built_calendar(current_schema(), hours.pk, hours.version)


@lru_cache(maxsize=2048)
def built_calendar(schema: str, hours_id: UUID, version: int) -> Calendar:
    """Return the calendar of these hours in the account in force, kept under `schema` and `version`. Three queries."""
    hours = BusinessHours.objects.prefetch_related("periods", "holidays").get(pk=hours_id)
    week: list[list[tuple[int, int]]] = [[] for _weekday in range(7)]
    for period in hours.periods.all():
        week[period.weekday].append((period.opens_minute, period.closes_minute))
    days = hours.holidays.all()
    return Calendar(
        timezone=hours.timezone,
        week=tuple(tuple(periods) for periods in week),
        country=hours.country,
        subdivision=hours.subdivision,
        closed_on=frozenset(day.day_on for day in days if not day.is_open),
        open_on=frozenset(day.day_on for day in days if day.is_open),
    )
