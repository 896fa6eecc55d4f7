"""Business hours and their calendars."""

from functools import lru_cache
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from hummdesk.errors import NotFound
from hummdesk.tenancy.context import current_schema
from teams.calendar import Calendar
from teams.models import BusinessHours, BusinessPeriod, Holiday


def listed_hours() -> QuerySet[BusinessHours]:
    """Return all business hours, with their periods and days in order, for lists and for one. Three queries."""
    periods = BusinessPeriod.objects.order_by("weekday", "opens_minute")
    return BusinessHours.objects.prefetch_related(
        Prefetch("periods", periods), Prefetch("holidays", Holiday.objects.order_by("day_on"))
    )


def get_hours(hours_id: UUID, *, lock: bool = False) -> BusinessHours:
    """Return the hours with their periods and days; the row locked, without them, if asked. Raises: NotFound."""
    rows = BusinessHours.objects.select_for_update() if lock else listed_hours()
    hours = rows.filter(pk=hours_id).first()
    if hours is None:
        raise NotFound
    return hours


def calendar_of(hours: BusinessHours) -> Calendar:
    """Return the calendar that these hours make. No query while the process knows this `version` of them, else three.

    Whoever changes periods or days counts the version up (`save_hours`).
    """
    return built_calendar(current_schema(), hours.pk, hours.version)


@lru_cache(maxsize=2048)
def built_calendar(schema: str, hours_id: UUID, version: int) -> Calendar:
    """Return the calendar of these hours in the account in force, kept under `schema` and `version`. Three queries."""
    return loaded_calendar(listed_hours().get(pk=hours_id))


def loaded_calendar(hours: BusinessHours) -> Calendar:
    """Return the calendar of hours whose periods and days are loaded, as `listed_hours` does. No query."""
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
