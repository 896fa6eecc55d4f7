import pytest

from conversations.durations import duration_s, duration_text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4 h", 14400),
        ("30 min", 1800),
        ("2 d", 172800),
        ("1 d 4 h", 100800),
        ("1,5 hours", 5400),
        ("1.25 h", 4500),
        ("90m", 5400),
        ("2 tuntia", 7200),
        ("1 pv", 86400),
        ("0 min", 0),
        ("", None),
        ("soon", None),
        ("4", None),
        ("4 h later", None),
        ("-4 h", None),
        ("4 weeks", None),
    ],
)
def test_duration_is_read(text: str, seconds: int | None) -> None:
    assert duration_s(text) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, ""), (0, "0 min"), (1800, "30 min"), (14400, "4 h"), (100800, "1 d 4 h")]
)
def test_duration_is_written(seconds: int | None, text: str) -> None:
    assert duration_text(seconds) == text
