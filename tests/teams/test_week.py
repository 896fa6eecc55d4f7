import pytest

from teams.week import OpenPeriod, minute_of, read_week, time_text


def written(*periods: tuple[int, str, str]) -> list[dict[str, object]]:
    return [{"weekday": day, "opens": opens, "closes": closes} for day, opens, closes in periods]


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("09:00", 540),
        (" 9:05 ", 545),
        ("00:00", 0),
        ("23:59", 1439),
        ("24:00", 1440),
        ("24:01", None),
        ("9", None),
        ("09:60", None),
        ("-1:00", None),
        ("٠٩:٠٠", None),
        ("", None),
    ],
)
def test_minute_of_a_time(text: str, minute: int | None) -> None:
    assert minute_of(text) == minute


@pytest.mark.parametrize("minute", [0, 545, 1440])
def test_time_is_read_as_it_is_written(minute: int) -> None:
    assert minute_of(time_text(minute)) == minute


def test_week_is_read_in_order_and_periods_may_touch() -> None:
    periods, errors = read_week(written((1, "13:00", "17:00"), (0, "09:00", "24:00"), (1, "09:00", "13:00")))

    assert not errors
    assert periods == [OpenPeriod(0, 540, 1440), OpenPeriod(1, 540, 780), OpenPeriod(1, 780, 1020)]


@pytest.mark.parametrize(
    ("periods", "error"),
    [
        ([(0, "09:00", "12:00"), (0, "11:00", "15:00")], "Monday: 09:00–12:00 and 11:00–15:00 overlap."),
        ([(1, "09:00", "12:00"), (1, "09:00", "12:00")], "Tuesday: 09:00–12:00 and 09:00–12:00 overlap."),
        ([(2, "09:00", "09:00")], "Wednesday: 09:00–09:00 is empty."),
        (
            [(3, "22:00", "06:00")],
            "Thursday: 22:00–06:00 ends before it begins. End a night at 24:00, and begin the next day at 00:00.",
        ),
        ([(4, "25:00", "26:00")], "Friday: “25:00” is no time of day. Write it as 09:00."),
        ([(5, "", "12:00")], "Saturday: a period needs both times."),
        ([(6, f"{hour}:00", f"{hour}:30") for hour in range(13)], "Sunday: use at most 12 periods."),
    ],
)
def test_error_names_the_day(periods: list[tuple[int, str, str]], error: str) -> None:
    _periods, errors = read_week(written(*periods))

    assert errors[0] == error
