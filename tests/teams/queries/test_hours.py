from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from teams.calendar import Calendar, is_open_at
from teams.models import BusinessHours
from teams.queries.hours import calendar_of


@pytest.fixture
def hours(acme: Account) -> BusinessHours:
    return BusinessHours.objects.get(is_default=True)


def test_calendar_has_the_periods_and_days_of_the_hours(hours: BusinessHours) -> None:
    hours.periods.create(weekday=5, opens_minute=600, closes_minute=720)
    hours.holidays.create(day_on="2026-12-24", name="Christmas Eve")
    hours.holidays.create(day_on="2026-12-26", name="Boxing Day", is_open=True)

    calendar = calendar_of(hours)

    assert calendar == Calendar(
        timezone=hours.timezone,
        week=(*[((540, 1020),)] * 5, ((600, 720),), ()),
        closed_on=frozenset({date(2026, 12, 24)}),
        open_on=frozenset({date(2026, 12, 26)}),
    )


def test_calendar_is_read_once_for_a_version(hours: BusinessHours) -> None:
    monday = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert is_open_at(calendar_of(hours), monday)

    with CaptureQueriesContext(connection) as queries:
        calendar_of(hours)
    hours.periods.all().delete()
    BusinessHours.objects.filter(pk=hours.pk).update(version=F("version") + 1)
    hours.refresh_from_db()

    assert len(queries) == 0
    assert not is_open_at(calendar_of(hours), monday)
