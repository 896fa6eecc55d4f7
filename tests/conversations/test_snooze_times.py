from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from conversations.snooze_times import typed_time, usual_times

HELSINKI = ZoneInfo("Europe/Helsinki")
# A Wednesday.
NOW = datetime(2026, 11, 25, 10, 20, tzinfo=HELSINKI)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", "2026-11-25 12:20"),
        ("in 3 days", "2026-11-28 10:20"),
        ("30 min", "2026-11-25 10:50"),
        ("fri 9", "2026-11-27 09:00"),
        ("Fri 9:30pm", "2026-11-27 21:30"),
        ("wed", "2026-12-02 08:00"),
        ("tomorrow", "2026-11-26 08:00"),
        ("tomorrow 15.45", "2026-11-26 15:45"),
        ("9", "2026-11-26 09:00"),
        ("11", "2026-11-25 11:00"),
        ("2026-12-24T18:00", "2026-12-24 18:00"),
    ],
)
def test_typed_time_is_by_the_clock_of_the_reader(text: str, expected: str) -> None:
    with timezone.override(HELSINKI):
        moment = typed_time(text, NOW)

    assert moment is not None
    assert f"{moment.astimezone(HELSINKI):%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize("text", ["", "soon", "fri 25", "99:99", "x 9", "9999999999", "9999-12-31T23:59-12:00"])
def test_typed_time_that_says_nothing_is_none(text: str) -> None:
    assert typed_time(text, NOW) is None


def test_typed_time_keeps_to_the_clock_on_the_wall_when_it_is_changed() -> None:
    with timezone.override(HELSINKI):
        moment = typed_time("sun 9", datetime(2026, 10, 23, 12, tzinfo=HELSINKI))

    assert moment is not None
    assert moment.astimezone(ZoneInfo("UTC")).hour == 7


def test_usual_times_are_each_said_once() -> None:
    with timezone.override(HELSINKI):
        monday = [time.at for time in usual_times(datetime(2026, 11, 23, 10, tzinfo=HELSINKI))]
        evening = [time.label for time in usual_times(datetime(2026, 11, 25, 19, tzinfo=HELSINKI))]

    assert len(monday) == len(set(monday))
    assert "Later today" not in evening
