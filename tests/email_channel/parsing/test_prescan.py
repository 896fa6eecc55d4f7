import pytest

from email_channel.parsing.errors import Unreadable
from email_channel.parsing.prescan import refusal


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", Unreadable.EMPTY),
        (b"\r\n \r\n", Unreadable.EMPTY),
        (b"\0" * 1_000, Unreadable.NOT_MAIL),
        (b"no header here\nat all", Unreadable.NOT_MAIL),
        (b"A: b\n\n" + b"x" * 100, Unreadable.TOO_LARGE),
        (b"Subject: x", None),
        (b"\n\nFrom: a@x.example\r\rbody", None),
    ],
)
def test_refusal_names_the_reason(raw: bytes, reason: Unreadable | None) -> None:
    assert refusal(raw, max_bytes=1_000 if reason is not Unreadable.TOO_LARGE else 100) is reason
