"""Moments as people write them in a hurry."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from conversations.moment_words import moment_meant

HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = dt.datetime(2026, 11, 23, 10, 30, tzinfo=HELSINKI)  # a Monday


@pytest.fixture(autouse=True)
def monday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fri 9", dt.datetime(2026, 11, 27, 9)),
        ("Friday", dt.datetime(2026, 11, 27, 8)),
        ("mon", dt.datetime(2026, 11, 30, 8)),
        ("tomorrow", dt.datetime(2026, 11, 24, 8)),
        ("tom 14:15", dt.datetime(2026, 11, 24, 14, 15)),
        ("today 18", dt.datetime(2026, 11, 23, 18)),
        ("18.30", dt.datetime(2026, 11, 23, 18, 30)),
        ("9", dt.datetime(2026, 11, 24, 9)),
        ("2h", dt.datetime(2026, 11, 23, 12, 30)),
        ("30 min", dt.datetime(2026, 11, 23, 11, 0)),
        ("3 days", dt.datetime(2026, 11, 26, 10, 30)),
        ("1 w", dt.datetime(2026, 11, 30, 10, 30)),
    ],
)
def test_text_means_a_moment(text: str, expected: dt.datetime) -> None:
    with timezone.override(HELSINKI):
        assert moment_meant(text) == expected.replace(tzinfo=HELSINKI)


@pytest.mark.parametrize("text", ["", "soon", "25", "fri 9 10", "9:75", "today 9", "x", "999999 days", "fri fri"])
def test_text_means_nothing(text: str) -> None:
    with timezone.override(HELSINKI):
        assert moment_meant(text) is None


def test_days_are_those_of_the_language() -> None:
    with timezone.override(HELSINKI), translation.override("fi"):
        assert moment_meant("pe 9") == dt.datetime(2026, 11, 27, 9, tzinfo=HELSINKI)
