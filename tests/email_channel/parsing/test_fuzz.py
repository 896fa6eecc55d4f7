import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from email_channel.parsing.parser import parse
from email_channel.parsing.quotes import split_reply
from email_channel.parsing.reply_html import split_reply_html
from hummdesk.safe_html import html_to_text, sanitise_html, sanitise_with_looks
from tests.email_channel.parsing.invariants import assert_storable

pieces = st.sampled_from(
    [
        b"From: Ann <ann@x.example>",
        b"To: b@x.example, (c (d) e) f@x.example; Group: g@x.example;",
        b"Subject: =?utf-8?b?w4Q=?= =?iso-2022-jp?q?=1B$B?=",
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: multipart/alternative; boundary=\"b b\"; charset*0*=utf-8''a",
        b"Content-Type: text/html; charset=utf-16",
        b"Content-Type: text/plain; charset=idna; format=flowed",
        b"Content-Type: message/rfc822",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b"Content-Transfer-Encoding: x-uuencode",
        b"Content-Disposition: attachment; filename*0*=utf-8''%00%2F; filename*1=..",
        b"Content-ID: <\xff@x>",
        b"Date: Mon, 32 Dec 99999 25:61:00 +9999",
        b"Message-ID: <<a@b> c>",
        b"References: <a@b><c@d> <",
        b"Return-Path: <>",
        b"From: MAILER-DAEMON@x.example",
        b"X-Failed-Recipients: ann@x.example, \xed\xa0\x80@x",
        b"Content-Type: message/delivery-status",
        b"Content-Type: multipart/report; report-type=feedback-report; boundary=b",
        b"Final-Recipient: rfc822; ann@x.example\nStatus: 5.\xc2\xb2.1 (x)",
        b"Diagnostic-Code: smtp; 550 5.1.1 no such user \x00\xff",
        b"<ann@x.example>: host mx said: 550 no (in reply to RCPT TO command)",
        b"--- Below this line is a copy of the message.",
        b"Message-ID: <\xed\xa0\x80@x>",
        b"",
        b"",
        b"--b",
        b"--b--",
        b"--b b",
        b"begin 644 x\nM$$$\nend",
        b"=?=?utf-8?q?\x00?=",
        b"w4Q=\xff==",
        b"<p style=display:none>x<img src=cid:a><blockquote type=cite>y",
        b"\x1b$B!!",
        b"> On 1.1.2025 a@b wrote:",
        b"Content-Type: application/ms-tnef; name=winmail.dat",
        b'x\x9f>"\x01\x00\x02\x02\x90\x06\x00\x04\x00\x00\x00abcd\x8a\x01',
        b"Content-Type: text/calendar; method=REQUEST",
        b'BEGIN:VEVENT\r\nDTSTART;TZID="x":20261124T100000\r\nSUMMARY:\\,\x00\xff',
        b"Content-Type: application/pkcs7-mime; smime-type=signed-data",
        b"0\x80\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x02\xa0\x800\x80\x02\x01\x011\x000\x80",
        b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: x\r\n\r\n- a\r\n-----BEGIN PGP SIGNATURE-----",
        b"<table bgcolor=red style='background:url(x'><tr><td><table><div style=color:\\72 ed>",
    ]
)
line_ends = st.sampled_from([b"\r\n", b"\n", b"\r"])


@st.composite
def mails(draw: st.DrawFn) -> bytes:
    """Return lines that mail is made of, in any order, with a few bytes changed."""
    lines = draw(st.lists(pieces | st.binary(max_size=20), max_size=30))
    raw = bytearray(draw(line_ends).join(lines))
    for position, byte in draw(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=5)):
        if raw:
            raw[position % len(raw)] = byte
    return bytes(raw)


@pytest.mark.timeout(120)
@settings(max_examples=400, deadline=2_000)
@given(mails())
def test_any_bytes_become_a_mail_that_can_be_stored(raw: bytes) -> None:
    mail = parse(raw)

    assert_storable(mail)


@pytest.mark.shared
@pytest.mark.timeout(300)
def test_changed_real_mails_become_mails_that_can_be_stored(shared_dir: Path) -> None:
    files = sorted(path for path in (shared_dir / "mail").rglob("*.eml") if path.stat().st_size < 100_000)
    # The same changes in each run, so that a failure can be found again.
    chance = random.Random(20261123)

    for path in chance.choices(files, k=2_000):
        assert_storable(parse(changed(path.read_bytes(), chance)))


def changed(raw: bytes, chance: random.Random) -> bytes:
    """Return a mail with some of its bytes changed, cut out, doubled or put elsewhere."""
    mail = bytearray(raw)
    for _ in range(chance.randint(1, 6)):
        start, length = chance.randrange(len(mail) + 1), chance.choice((1, 1, 4, 60, 1_000))
        piece = bytes(mail[start : start + length])
        place = chance.randrange(len(mail) + 1)
        match chance.randrange(4):
            case 0:
                mail[start : start + length] = chance.randbytes(len(piece))
            case 1:
                del mail[start : start + length]
            case _:
                mail[place:place] = piece
    return bytes(mail)


@pytest.mark.timeout(120)
@settings(max_examples=200, deadline=2_000)
@given(mails())
def test_any_body_can_be_shown(raw: bytes) -> None:
    mail = parse(raw)

    html = split_reply_html(mail.html or "")
    reply = split_reply(mail.text or "")

    assert len(html.visible) + len(html.quoted) == len(mail.html or "")
    assert reply.original == (mail.text or "")
    assert isinstance(sanitise_html(html.visible) + html_to_text(html.quoted), str)
    assert isinstance(sanitise_with_looks(html.visible), str)
