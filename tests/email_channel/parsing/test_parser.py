from datetime import UTC, datetime

import pytest

from email_channel.parsing.parsed import ParsedAddress, ParsedMail
from email_channel.parsing.parser import parse


def mail_of(*lines: str, charset: str = "utf-8") -> ParsedMail:
    return parse("\r\n".join(lines).encode(charset))


def test_parse_reads_an_ordinary_mail() -> None:
    mail = mail_of(
        "From: Ann Lee <ann@x.example>",
        "To: help@y.example, b@y.example",
        "Cc: c@y.example",
        "Subject: =?utf-8?q?Broken_l=C3=A4mp?=",
        "Message-ID: <1@x.example>",
        "In-Reply-To: <0@y.example>",
        "References: <a@y.example> <0@y.example>",
        "Date: Thu, 14 Aug 2025 09:00:00 +0300",
        "",
        "Hello",
    )

    assert mail.from_ == ParsedAddress("Ann Lee", "ann@x.example")
    assert [address.address for address in (*mail.to, *mail.cc)] == ["help@y.example", "b@y.example", "c@y.example"]
    assert mail.subject == "Broken lämp"
    assert (mail.message_id, mail.in_reply_to) == ("<1@x.example>", "<0@y.example>")
    assert mail.references == ("<a@y.example>", "<0@y.example>")
    assert mail.date == datetime(2025, 8, 14, 6, 0, tzinfo=UTC)
    assert (mail.text, mail.html, mail.attachments, mail.defects) == ("Hello", None, (), ())


@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n"])
def test_parse_takes_any_line_end(line_end: bytes) -> None:
    mail = parse(line_end.join([b"From: a@x.example", b"Subject: long", b" subject", b"", b"Body", b"text"]))

    assert (mail.subject, mail.text) == ("long subject", "Body\ntext")


@pytest.mark.parametrize("prefix", [b"\r\n\r\n", b"\xef\xbb\xbf", b"From ann@x.example Thu Aug 14 2025\n", b" "])
def test_parse_skips_what_stands_before_the_header(prefix: bytes) -> None:
    mail = parse(prefix + b"From: a@x.example\nSubject: s\n\nBody")

    assert (mail.subject, mail.text, mail.from_) == ("s", "Body", ParsedAddress("", "a@x.example"))


def test_parse_reads_a_fold_that_lost_its_indent() -> None:
    mail = parse(b"From: a@x.example\nReceived: by x\nwith SMTP id 1\nSubject: s\n\nBody")

    assert (mail.subject, mail.text) == ("s", "Body")
    assert "header_junk" in mail.defects


def test_parse_reads_a_body_without_a_blank_line_before_it() -> None:
    mail = parse(b"From: a@x.example\nSubject: s\nHello there\nhow are you")

    assert mail.text == "Hello there\nhow are you"
    assert "header_separator_missing" in mail.defects


def test_parse_takes_the_first_field_that_says_something() -> None:
    mail = mail_of("Subject:", "Subject: second", "From: nobody", "From: a@x.example", "To: b@y", "To: c@y", "", "x")

    assert (mail.subject, mail.from_) == ("second", ParsedAddress("", "a@x.example"))
    assert [address.address for address in mail.to] == ["b@y", "c@y"]


@pytest.mark.parametrize(
    ("header", "author"),
    [
        ("From: Ann <a@x.example>", "a@x.example"),
        ("From: a@x.example, b@x.example", "a@x.example"),
        ("Sender: s@x.example", "s@x.example"),
        ("Reply-To: r@x.example", "r@x.example"),
    ],
)
def test_author_falls_back(header: str, author: str) -> None:
    mail = mail_of(header, "", "x")

    assert mail.author is not None
    assert mail.author.address == author


def test_parse_says_what_is_missing() -> None:
    mail = mail_of("Subject: s", "", "x")

    assert (mail.from_, mail.author, mail.date, mail.message_id) == (None, None, None, None)
    assert mail.defects == ("date_missing", "from_missing", "message_id_missing")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("14 Aug 2025 09:00 GMT", datetime(2025, 8, 14, 9, 0, tzinfo=UTC)),
        ("Thu, 14 Aug 2025 09:00:00 -0000", datetime(2025, 8, 14, 9, 0, tzinfo=UTC)),
        ("Thu, 14 Aug 2025 09:00:00 +0200 (CEST)", datetime(2025, 8, 14, 7, 0, tzinfo=UTC)),
        ("yesterday", None),
        ("Thu, 99 Aug 2025 09:00:00 +0200", None),
        ("14 Aug 1901 09:00:00 +0200", None),
        ("1" * 100_000, None),
    ],
)
def test_parse_reads_a_date_or_none(value: str, expected: datetime | None) -> None:
    assert mail_of(f"Date: {value}", "", "x").date == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a@x>", "<a@x>"),
        ("a@x", "<a@x>"),
        ("<very-\r\n long@x>", "<very-long@x>"),
        ("<a@x> (comment)", "<a@x>"),
        ("<" + "a" * 5_000 + "@x>", None),
        ("none", None),
    ],
)
def test_parse_reads_a_message_id_or_none(value: str, expected: str | None) -> None:
    assert mail_of(f"Message-ID: {value}", "", "x").message_id == expected


def test_parse_keeps_the_first_and_the_newest_of_many_references() -> None:
    ids = [f"<{number}@x>" for number in range(500)]

    references = mail_of("References: " + " ".join(ids), "", "x").references

    assert len(references) == 100
    assert (references[0], references[-1]) == (ids[0], ids[-1])


def test_parse_cleans_headers_for_storage() -> None:
    mail = parse(b"From: =?utf-8?q?A=00nn=0D=0ABcc:_x?= <a@x.example>\nSubject: a\rb\x00\n\nx\x00y")

    assert mail.from_ == ParsedAddress("A nn Bcc: x", "a@x.example")
    assert (mail.subject, mail.text) == ("a b", "xy")
    assert all(not set(value) & {"\r", "\n", "\x00"} for _, value in mail.headers)


def test_parse_reads_raw_bytes_in_a_header_by_the_charset_of_the_body() -> None:
    mail = mail_of("Subject: Привет", "Content-Type: text/plain; charset=koi8-r", "", "Привет", charset="koi8-r")

    assert (mail.subject, mail.text) == ("Привет", "Привет")


@pytest.mark.parametrize(("value", "expected"), [("<>", ""), ("<b@x.example>", "b@x.example"), ("rubbish", None)])
def test_parse_tells_an_empty_return_path_from_none(value: str, expected: str | None) -> None:
    assert mail_of(f"Return-Path: {value}", "From: a@x.example", "", "x").return_path == expected


def test_parse_gathers_the_addresses_it_was_delivered_to() -> None:
    mail = mail_of("Delivered-To: Help@y.example", "X-Original-To: help+1@y.example", "From: a@x", "", "x")

    assert mail.delivered_to == ("Help@y.example", "help+1@y.example")
