from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from conversations.demo.timing import DAY_S, DAYS, DemoClock

HELSINKI = ZoneInfo("Europe/Helsinki")
# A Wednesday, ten days before the clocks change in Europe.
NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)


def helsinki(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=HELSINKI).timestamp())


@pytest.mark.parametrize(
    ("moment", "answered"),
    [
        ("2026-03-17T11:00", "2026-03-17T11:00"),
        ("2026-03-17T05:30", "2026-03-17T08:10"),
        ("2026-03-17T22:00", "2026-03-18T08:10"),
        ("2026-03-13T18:00", "2026-03-16T08:10"),
        ("2026-03-15T12:00", "2026-03-16T08:10"),
    ],
)
def test_at_desk_waits_until_the_office_is_open(moment: str, answered: str) -> None:
    clock = DemoClock("Europe/Helsinki", NOW)

    assert clock.at_desk(helsinki(moment), 600) == helsinki(answered)


def test_next_morning_skips_the_weekend_and_follows_summer_time() -> None:
    clock = DemoClock("Europe/Helsinki", NOW)

    assert clock.next_morning_s(1) == helsinki("2026-03-19T09:00")
    assert clock.next_morning_s(3) == helsinki("2026-03-23T09:00")
    assert clock.next_morning_s(12) == helsinki("2026-03-30T09:00")


def test_arrivals_are_ascending_within_sixty_days() -> None:
    clock = DemoClock("Europe/Helsinki", NOW)

    arrivals = clock.arrivals(5_000, Random(1))

    assert arrivals == sorted(arrivals)
    assert arrivals[0] >= clock.now_s - DAYS * DAY_S
    assert arrivals[-1] < clock.now_s


def test_arrivals_fall_mostly_into_working_days_and_hours() -> None:
    clock = DemoClock("Europe/Helsinki", NOW)

    moments = [datetime.fromtimestamp(moment, HELSINKI) for moment in clock.arrivals(5_000, Random(1))]

    by_day = sum(8 <= moment.hour < 18 for moment in moments) / len(moments)
    on_weekends = sum(moment.weekday() >= 5 for moment in moments) / len(moments)
    assert 0.6 < by_day < 0.85
    assert 0.03 < on_weekends < 0.2
