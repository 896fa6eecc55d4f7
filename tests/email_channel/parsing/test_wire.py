from dataclasses import fields
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_channel.parsing.parsed import (
    BounceReport,
    CalendarEvent,
    MailKind,
    ParsedAddress,
    ParsedAttachment,
    ParsedBounce,
    ParsedMail,
)
from email_channel.parsing.wire import decode_mail, encode_mail

text = st.text(max_size=20)
address = st.builds(ParsedAddress, name=text, address=text)
attachment = st.binary(max_size=30).flatmap(
    lambda content: st.builds(
        ParsedAttachment,
        name=text,
        content_type=text,
        content_id=st.none() | text,
        is_inline=st.booleans(),
        size_bytes=st.just(len(content)),
        content=st.just(content),
    )
)
mail = st.builds(
    ParsedMail,
    message_id=st.none() | text,
    references=st.lists(text, max_size=3).map(tuple),
    subject=text,
    from_=st.none() | address,
    to=st.lists(address, max_size=3).map(tuple),
    date=st.none() | st.datetimes(timezones=st.just(UTC)),
    headers=st.lists(st.tuples(text, text), max_size=3).map(tuple),
    text=st.none() | text,
    attachments=st.lists(attachment, max_size=3).map(tuple),
    kind=st.builds(MailKind, is_bounce=st.booleans(), list_id=st.none() | text),
    invitation=st.none() | st.builds(CalendarEvent, title=text, is_repeated=st.booleans()),
    defects=st.lists(text, max_size=2).map(tuple),
)


@given(mail)
def test_decode_mail_returns_what_was_encoded(original: ParsedMail) -> None:
    assert decode_mail(encode_mail(original)) == original


def test_every_field_survives() -> None:
    original = ParsedMail(
        message_id="<1@x>",
        in_reply_to="<0@x>",
        references=("<0@x>",),
        subject="s",
        from_=ParsedAddress("A", "a@x"),
        sender=ParsedAddress("S", "s@x"),
        reply_to=(ParsedAddress("R", "r@x"),),
        to=(ParsedAddress("T", "t@x"),),
        cc=(ParsedAddress("C", "c@x"),),
        delivered_to=("d@x",),
        return_path="",
        recipient_count=2,
        date=datetime(2025, 8, 14, tzinfo=UTC),
        headers=(("Subject", "s"),),
        text="t",
        html="<p>t</p>",
        attachments=(ParsedAttachment("n", "a/b", None, False, 2, b"\x00\xff"),),
        kind=MailKind(is_list=True, list_id="l"),
        bounce=ParsedBounce((BounceReport("a@x", "b@x", "failed", "5.1.1", "550", "moved", True, "w"),), ("<m@x>",)),
        invitation=CalendarEvent("REQUEST", "T", "2026-11-24", is_repeated=True),
        is_encrypted=True,
        defects=("date_missing",),
    )
    empty = ParsedMail()

    decoded = decode_mail(encode_mail(original))

    assert decoded == original
    assert all(getattr(original, item.name) != getattr(empty, item.name) for item in fields(ParsedMail))


@pytest.mark.parametrize("data", [b"", b"\x00\x00\x00\x02{}", b"\x00\x00\x00\x02[]", b"rubbish that is long"])
def test_decode_mail_refuses_other_bytes(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode_mail(data)
