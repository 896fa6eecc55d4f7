import os
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from teams.calendar import (
    AROUND_THE_CLOCK,
    Calendar,
    add_business_seconds,
    business_seconds_between,
    is_open_at,
    next_opening,
)
from teams.errors import NeverOpen
from tests.teams.calendar_cases import (
    ZONES,
    calendars,
    changes_of,
    is_open_on_the_wall,
    moments,
    open_seconds_by_minutes,
    spans,
)

HOUR, DAY_S = 3600, 86400
# HUMMDESK_CALENDAR_CASES=100000 tries as many against the reference; some minutes.
CASES = int(os.environ.get("HUMMDESK_CALENDAR_CASES", "800"))
many = settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
some = settings(max_examples=300, deadline=None)
OFFICE = Calendar("Europe/Helsinki", week=(((540, 1020),),) * 5 + ((), ()))
SPLIT = Calendar("Europe/Stockholm", week=(((480, 720), (780, 1020)),) * 5 + ((), ()))
NIGHT = Calendar("Europe/Helsinki", week=(((0, 1440),),) * 7)


def local(text: str, zone: str = "Europe/Helsinki", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


@given(spans())
@many
def test_open_time_is_that_of_the_minutes(span: tuple[Calendar, datetime, datetime]) -> None:
    calendar, start, end = span

    found = business_seconds_between(calendar, start, end)

    assert found == pytest.approx(open_seconds_by_minutes(calendar, start, end), abs=1e-4)


@given(st.sampled_from(ZONES).flatmap(lambda zone: st.tuples(calendars(zone=zone), moments(zone))))
@some
def test_open_moment_is_one_that_the_wall_shows(case: tuple[Calendar, datetime]) -> None:
    calendar, at = case

    assert is_open_at(calendar, at) == is_open_on_the_wall(calendar, at.astimezone(ZoneInfo(calendar.timezone)))


@given(
    st.sampled_from(ZONES).flatmap(lambda zone: st.tuples(calendars(zone=zone), moments(zone))), st.integers(0, 10**7)
)
@some
def test_adding_is_the_inverse_and_takes_the_first_moment(case: tuple[Calendar, datetime], seconds: int) -> None:
    calendar, start = case
    assume(any(calendar.week))

    end = add_business_seconds(calendar, start, seconds)

    assert business_seconds_between(calendar, start, end) == seconds
    if seconds:
        assert business_seconds_between(calendar, start, end - timedelta(microseconds=1)) < seconds
    assert end.tzinfo is UTC


@given(
    st.sampled_from(ZONES).flatmap(
        lambda zone: st.tuples(calendars(zone=zone), moments(zone), moments(zone), moments(zone))
    )
)
@some
def test_open_time_of_parts_adds_up_over_years(case: tuple[Calendar, datetime, datetime, datetime]) -> None:
    calendar, *unordered = case
    start, middle, end = sorted(unordered)

    parts = business_seconds_between(calendar, start, middle) + business_seconds_between(calendar, middle, end)

    assert parts == pytest.approx(business_seconds_between(calendar, start, end), abs=1e-4)


def test_zones_of_the_property_change_their_clocks() -> None:
    still = {zone for zone in ZONES if len(changes_of(zone)) < 2}

    assert still == {"America/Sao_Paulo", "Asia/Kathmandu", "Asia/Kolkata"}
    assert sum(len(changes_of(zone)) for zone in ZONES) > 400


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-03-28", 24), ("2026-06-01", 24)]
)
def test_a_day_has_the_hours_that_its_clock_runs(day: str, hours: int) -> None:
    end = (date.fromisoformat(day) + timedelta(days=1)).isoformat()

    assert business_seconds_between(NIGHT, local(day), local(end)) == hours * HOUR


def test_a_period_that_begins_in_the_gap_begins_at_its_end() -> None:
    in_the_gap = Calendar("Europe/Helsinki", week=(((195, 270),),) * 7)  # 03:15 to 04:30; 03:00 becomes 04:00

    found = business_seconds_between(in_the_gap, local("2026-03-29"), local("2026-03-30"))

    assert found == HOUR / 2
    assert next_opening(in_the_gap, local("2026-03-29")) == local("2026-03-29T04:00")


def test_a_period_of_the_repeated_hour_is_open_twice() -> None:
    at_night = Calendar("Europe/Helsinki", week=(((180, 240),),) * 7)  # 03:00 to 04:00, which comes twice

    assert business_seconds_between(at_night, local("2026-10-25"), local("2026-10-26")) == 2 * HOUR


def test_lord_howe_moves_its_clock_by_half_an_hour() -> None:
    day = Calendar("Australia/Lord_Howe", week=(((0, 1440),),) * 7)
    start, end = (local(text, "Australia/Lord_Howe") for text in ("2026-10-04", "2026-10-05"))

    assert business_seconds_between(day, start, end) == 23.5 * HOUR


def test_promise_made_on_friday_afternoon_is_due_on_monday() -> None:
    due = add_business_seconds(OFFICE, local("2026-11-20T15:00"), 4 * HOUR)

    assert due == local("2026-11-23T11:00")


def test_target_reached_at_closing_time_is_due_then() -> None:
    assert add_business_seconds(OFFICE, local("2026-11-20T15:00"), 2 * HOUR) == local("2026-11-20T17:00")


def test_the_break_between_two_periods_does_not_count() -> None:
    noon, afternoon = (local(text, "Europe/Stockholm") for text in ("2026-11-23T11:00", "2026-11-23T14:00"))

    assert business_seconds_between(SPLIT, noon, afternoon) == 2 * HOUR
    assert add_business_seconds(SPLIT, noon, 2 * HOUR) == afternoon


def test_public_holidays_close_and_own_days_go_before_them() -> None:
    week = OFFICE.week
    finnish = Calendar("Europe/Helsinki", week, country="FI")
    working = Calendar("Europe/Helsinki", week, country="FI", open_on=frozenset({date(2026, 12, 25)}))
    closed = Calendar("Europe/Helsinki", week, closed_on=frozenset({date(2026, 12, 25)}))
    christmas_day = local("2026-12-25T12:00")

    assert [is_open_at(calendar, christmas_day) for calendar in (OFFICE, finnish, working, closed)] == [
        True,
        False,
        True,
        False,
    ]


def test_week_without_open_time_promises_nothing() -> None:
    never = Calendar("UTC", week=((),) * 7)
    start = datetime(2026, 11, 23, tzinfo=UTC)

    assert business_seconds_between(never, start, start + timedelta(days=400)) == 0
    with pytest.raises(NeverOpen):
        add_business_seconds(never, start, 1)
    assert add_business_seconds(never, start, 0) == start


def test_promise_of_centuries_is_none() -> None:
    one_minute = Calendar("UTC", week=(((0, 1),), *[()] * 6))

    with pytest.raises(NeverOpen):
        add_business_seconds(one_minute, datetime(2026, 11, 23, tzinfo=UTC), 2_147_483_647)


def test_time_does_not_run_backwards() -> None:
    start = datetime(2026, 11, 23, 12, tzinfo=UTC)

    assert business_seconds_between(NIGHT, start, start - timedelta(hours=1)) == 0
    with pytest.raises(ValueError, match="negative"):
        add_business_seconds(NIGHT, start, -1)


def test_around_the_clock_is_the_time_of_the_wall() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)

    assert add_business_seconds(AROUND_THE_CLOCK, start, 90 * DAY_S) == start + timedelta(days=90)


@pytest.mark.parametrize(("days", "at_most_us"), [(1, 100), (30, 100), (3650, 2000)])
def test_spans_take_microseconds_whatever_their_length(days: int, at_most_us: int) -> None:
    calendar = Calendar("Europe/Helsinki", SPLIT.week, country="FI")
    start = datetime(2026, 3, 1, 9, tzinfo=UTC)
    end = start + timedelta(days=days)
    seconds = business_seconds_between(calendar, start, end)

    best_us = min(_took_us(calendar, start, end, seconds) for _round in range(20))

    assert best_us < at_most_us


def _took_us(calendar: Calendar, start: datetime, end: datetime, seconds: float) -> float:
    begun = perf_counter()
    business_seconds_between(calendar, start, end)
    add_business_seconds(calendar, start, seconds)
    return (perf_counter() - begun) * 1e6
