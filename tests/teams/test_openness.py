from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from teams.calendar import AROUND_THE_CLOCK, Calendar, next_closing
from teams.openness import days_ahead, openness, week_text

OFFICE = Calendar("Europe/Helsinki", week=(((540, 720), (720, 1020)),) * 5 + ((), ()))
NIGHT = Calendar("Europe/Helsinki", week=(((0, 120), (1320, 1440)),) * 7)
ZONE = ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize(
    ("at", "is_open", "words"),
    [
        (datetime(2026, 11, 23, 10, tzinfo=ZONE), True, "Open until 17:00"),
        (datetime(2026, 11, 23, 8, tzinfo=ZONE), False, "Opens 09:00"),
        (datetime(2026, 11, 23, 17, tzinfo=ZONE), False, "Opens tomorrow 09:00"),
        (datetime(2026, 11, 21, 12, tzinfo=ZONE), False, "Opens Monday 09:00"),
    ],
)
def test_openness_says_until_when(at: datetime, is_open: bool, words: str) -> None:
    assert openness(OFFICE, at) == (is_open, words)


def test_openness_past_midnight_and_far_away() -> None:
    closed = Calendar("UTC", OFFICE.week, closed_on=frozenset(date(2026, 11, day) for day in range(23, 31)))

    assert openness(NIGHT, datetime(2026, 11, 23, 23, tzinfo=ZONE)) == (True, "Open until tomorrow 02:00")
    assert openness(closed, datetime(2026, 11, 23, tzinfo=UTC)) == (False, "Opens 1 December 2026, 09:00")
    assert openness(AROUND_THE_CLOCK, datetime(2026, 11, 23, tzinfo=UTC)) == (True, "Open around the clock")
    assert openness(Calendar("UTC", ((),) * 7), datetime(2026, 11, 23, tzinfo=UTC)) == (False, "Never open")


def test_closing_is_exact_in_a_night_whose_clock_moves() -> None:
    evening = datetime(2026, 10, 24, 22, 30, tzinfo=ZONE)

    assert next_closing(NIGHT, evening) == datetime(2026, 10, 25, 2, tzinfo=ZONE)


def test_week_in_short() -> None:
    week = (((540, 720), (780, 1020)), *[((540, 1020),)] * 4, ((600, 840),), ())

    assert week_text(week) == "Mon 09:00–12:00, 13:00–17:00, Tue–Fri 09:00–17:00, Sat 10:00–14:00"
    assert week_text(((),) * 7) == "No open time"


def test_holidays_of_the_next_twelve_months_speak_the_readers_language() -> None:
    calendar = Calendar("Europe/Helsinki", OFFICE.week, country="FI")

    english = days_ahead(calendar, date(2026, 11, 23), "en")
    swedish = dict(days_ahead(calendar, date(2026, 11, 23), "sv"))

    assert english[0] == (date(2026, 12, 6), "Independence Day")
    assert swedish[date(2026, 12, 25)] == "Juldagen"
    assert [day for day, _name in english] == sorted(day for day, _name in english)
    assert english[-1][0] < date(2027, 11, 24)
