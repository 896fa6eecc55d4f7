import re
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_channel.composing import (
    MailAddress,
    OutgoingFile,
    Uncomposable,
    compose_mail,
    make_message_id,
    read_message_id,
)
from email_channel.parsing.parsed import ParsedAddress
from email_channel.parsing.parser import parse

SECRET = b"k" * 32
ANN = MailAddress("Ann Lee", "ann@x.example")


def composed(**changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "from_": MailAddress("Help, Åland", "help@y.example"),
        "to": [ANN],
        "subject": "Re: Rikki mennyt lämppu",
        "text": "Hei\nFrom here\n.\nHyvää",
        "html": "<p>Hei</p>",
        "message_id": "<2@y.example>",
        "date": datetime(2025, 8, 14, 9, 0, tzinfo=UTC),
    }
    return compose_mail(**fields | changes)


def test_compose_mail_can_be_read_again() -> None:
    mail = parse(
        composed(
            to=[ANN, MailAddress('A "B" \\ C', "b@x.example"), MailAddress("山田太郎" * 10, "c@x.example")],
            cc=[MailAddress("", "d@x.example")],
            reply_to=MailAddress("", "reply@y.example"),
            in_reply_to="<1@x.example>",
            references=["<0@x.example>", "<1@x.example>"],
        )
    )

    assert mail.from_ == ParsedAddress("Help, Åland", "help@y.example")
    assert [address.name for address in mail.to] == ["Ann Lee", 'A "B" \\ C', "山田太郎" * 10]
    assert [address.address for address in (*mail.cc, *mail.reply_to)] == ["d@x.example", "reply@y.example"]
    assert (mail.subject, mail.text, mail.html) == (
        "Re: Rikki mennyt lämppu",
        "Hei\nFrom here\n.\nHyvää",
        "<p>Hei</p>",
    )
    assert (mail.message_id, mail.in_reply_to) == ("<2@y.example>", "<1@x.example>")
    assert mail.references == ("<0@x.example>", "<1@x.example>")
    assert mail.date == datetime(2025, 8, 14, 9, 0, tzinfo=UTC)
    assert mail.defects == ()


def test_compose_mail_carries_files_and_images() -> None:
    mail = parse(
        composed(
            attachments=[
                OutgoingFile("räksmörgås.pdf", "application/pdf", b"%PDF\r\n\x00"),
                OutgoingFile("logo.png", "image/png", b"\x89PNG", content_id="logo@y"),
                OutgoingFile("old.eml", "message/rfc822", b"Subject: x\n\n"),
            ]
        )
    )

    found = {item.name: (item.content, item.content_id, item.is_inline) for item in mail.attachments}
    assert found == {
        "räksmörgås.pdf": (b"%PDF\r\n\x00", None, False),
        "logo.png": (b"\x89PNG", "logo@y", True),
        "old.eml": (b"Subject: x\n\n", None, False),
    }
    assert (mail.text is not None, mail.html) == (True, "<p>Hei</p>")


def test_compose_mail_gives_the_same_bytes_again() -> None:
    assert composed(attachments=[OutgoingFile("a", "a/b", b"x")]) == composed(
        attachments=[OutgoingFile("a", "a/b", b"x")]
    )


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\x00", "\u2028", "\x85"])
@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "a{}Bcc: x@z.example"},
        {"from_": MailAddress("a{}Bcc: x@z.example", "a@x.example")},
        {"to": [MailAddress("", "a@x.example{}Bcc: x@z.example")]},
        {"cc": [MailAddress("a{}", "a@x.example")]},
        {"reply_to": MailAddress("", "a{}@x.example")},
        {"message_id": "<a{}@x>"},
        {"in_reply_to": "<a@x>{}Bcc: x@z.example"},
        {"references": ["<a@x>", "<b{}@x>"]},
        {"attachments": [OutgoingFile("a{}b", "a/b", b"")]},
        {"attachments": [OutgoingFile("a", "a/b{}", b"")]},
        {"attachments": [OutgoingFile("a", "a/b", b"", content_id="a{}")]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_compose_mail_refuses_a_line_break_in_a_header(changes: dict[str, Any], line_break: str) -> None:
    with pytest.raises(Uncomposable):
        composed(**_filled(changes, line_break))


def _filled(value: Any, line_break: str) -> Any:
    """Return the value with `{}` replaced in every string in it."""
    if isinstance(value, str):
        return value.replace("{}", line_break)
    if isinstance(value, dict):
        return {key: _filled(item, line_break) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, line_break) for item in value]
    if isinstance(value, MailAddress):
        return MailAddress(_filled(value.name, line_break), _filled(value.address, line_break))
    if isinstance(value, OutgoingFile):
        content_id = _filled(value.content_id, line_break)
        return OutgoingFile(_filled(value.name, line_break), _filled(value.content_type, line_break), b"", content_id)
    return value


@pytest.mark.parametrize(
    "changes",
    [
        {"to": [MailAddress("", "nobody")]},
        {"to": [MailAddress("", "a@x, b@y")]},
        {"from_": MailAddress("", "jörg@x.example")},
        {"subject": "\ud800"},
        {"message_id": "2@y.example"},
        {"attachments": [OutgoingFile("a", "nonsense", b"")]},
    ],
)
def test_compose_mail_refuses_what_no_header_can_hold(changes: dict[str, Any]) -> None:
    with pytest.raises(Uncomposable):
        composed(**changes)


@given(st.text(max_size=300), st.text(max_size=100))
def test_compose_mail_never_breaks_its_header(subject: str, name: str) -> None:
    try:
        raw = composed(subject=subject, to=[MailAddress(name, "a@x.example")])
    except Uncomposable:
        return

    head = raw.split(b"\r\n\r\n", 1)[0]
    assert [line.split(b":")[0] for line in re.split(rb"\r\n(?![ \t])", head)] == [
        b"MIME-Version",
        b"Content-Type",
        b"From",
        b"To",
        b"Subject",
        b"Date",
        b"Message-ID",
    ]
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_a_long_thread_keeps_its_first_and_newest_ids() -> None:
    ids = [f"<{number}@x.example>" for number in range(100)]

    mail = parse(composed(references=ids, in_reply_to="<50@x.example>"))

    assert len(mail.references) == 20
    assert mail.references[0] == "<0@x.example>"
    assert mail.references[-2:] == ("<99@x.example>", "<50@x.example>")


@pytest.mark.parametrize(("automatic", "expected"), [(False, None), (True, "auto-generated")])
def test_only_automatic_mail_says_so(automatic: bool, expected: str | None) -> None:
    assert message_from_bytes(composed(automatic=automatic))["Auto-Submitted"] == expected


def test_read_message_id_returns_the_conversation() -> None:
    conversation_id = uuid4()

    message_id = make_message_id(conversation_id, account="acme", domain="y.example", secret=SECRET)

    assert read_message_id(message_id, account="acme", secret=SECRET) == conversation_id
    assert message_id != make_message_id(conversation_id, account="acme", domain="y.example", secret=SECRET)


def test_a_message_id_of_another_account_or_key_is_not_ours() -> None:
    message_id = make_message_id(uuid4(), account="acme", domain="y.example", secret=SECRET)

    assert read_message_id(message_id, account="other", secret=SECRET) is None
    assert read_message_id(message_id, account="acme", secret=b"x" * 32) is None


def test_a_message_id_with_any_sign_changed_is_not_ours() -> None:
    conversation_id = UUID(int=1)
    message_id = make_message_id(conversation_id, account="acme", domain="y.example", secret=SECRET)
    body_length = message_id.index("@")

    changed = [
        message_id[:index] + ("A" if message_id[index] != "A" else "Q") + message_id[index + 1 :]
        for index in range(1, body_length)
    ]

    joined = [item for item in changed if read_message_id(item, account="acme", secret=SECRET) is not None]
    assert joined == []


@pytest.mark.parametrize("value", ["", "<a@b>", "<..@x>", "x" * 10_000, "<" + "A" * 22 + "." + "A" * 16 + "@x>"])
def test_foreign_message_ids_are_not_ours(value: str) -> None:
    assert read_message_id(value, account="acme", secret=SECRET) is None
