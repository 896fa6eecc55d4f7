import base64
import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_channel.parsing.parser import parse
from email_channel.parsing.tnef import BrokenTnef, TnefFile, decompress_rtf, read_tnef

# The two examples of [MS-OXRTFCP] section 4.
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
REPEATED = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")


def attribute(level: int, name: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def properties(*found: tuple[int, int, bytes]) -> bytes:
    """Return properties of variable length: type, number, value."""
    pieces = [struct.pack("<I", len(found))]
    for kind, number, value in found:
        padding = b"\0" * (-len(value) % 4)
        pieces.append(struct.pack("<HHII", kind, number, 1, len(value)) + value + padding)
    return b"".join(pieces)


def tnef(*attributes: bytes) -> bytes:
    return bytes.fromhex("789f3e220100") + b"".join(attributes)


def file(name: str, content: bytes, **more: str) -> bytes:
    long_name = (0x1F, 0x3707, f"{name}\0".encode("utf-16-le"))
    content_id = [(0x1F, 0x3712, f"{more['content_id']}\0".encode("utf-16-le"))] if more else []
    return (
        attribute(2, 0x00069002, b"\0" * 14)
        + attribute(2, 0x00018010, b"SHORT~1.TXT\0")
        + attribute(2, 0x0006800F, content)
        + attribute(2, 0x00069005, properties(long_name, *content_id))
    )


TEXT = attribute(1, 0x0002800C, b"Hello from Outlook\0")


def mail_with(stream: bytes, *, body: str = "") -> bytes:
    head = b"From: a@x.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    text = f"--b\nContent-Type: text/plain\n\n{body}\n".encode() if body else b""
    part = b"--b\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
    return head + text + part + base64.encodebytes(stream) + b"--b--\n"


def test_files_come_with_their_long_names() -> None:
    found = read_tnef(tnef(TEXT, file("Räkning mars.pdf", b"%PDF"), file("logo.png", b"PNG", content_id="logo@x")))

    assert found.text == "Hello from Outlook"
    assert found.files == [
        TnefFile("Räkning mars.pdf", b"%PDF"),
        TnefFile("logo.png", b"PNG", content_id="logo@x"),
    ]


def test_text_and_code_page_of_old_outlook() -> None:
    stream = tnef(
        attribute(1, 0x00069007, struct.pack("<II", 1251, 0)), attribute(1, 0x0002800C, "Привет".encode("cp1251"))
    )

    assert read_tnef(stream).text == "Привет"


def test_html_of_the_message() -> None:
    stream = tnef(attribute(1, 0x00069003, properties((0x102, 0x1013, b"<p>Hello</p>"))))

    assert read_tnef(stream).html == "<p>Hello</p>"


def test_a_message_inside_gives_its_words_and_files() -> None:
    inner = tnef(TEXT, file("inner.pdf", b"%PDF-inner"))
    outer = attribute(2, 0x00069002, b"\0" * 14) + attribute(
        2, 0x00069005, properties((0x0D, 0x3701, b"G" * 16 + inner), (0x1F, 0x3001, "Re: Oak\0".encode("utf-16-le")))
    )

    found = read_tnef(tnef(outer))

    assert [(item.name, item.content) for item in found.files] == [
        ("inner.pdf", b"%PDF-inner"),
        ("Re: Oak", b"Hello from Outlook"),
    ]


def test_what_came_before_a_break_is_kept() -> None:
    whole = tnef(TEXT, file("a.pdf", b"%PDF"), file("b.pdf", b"x" * 500))

    found = read_tnef(whole[:-600])

    assert [item.name for item in found.files] == ["a.pdf"]
    with pytest.raises(BrokenTnef):
        read_tnef(whole[:20])
    with pytest.raises(BrokenTnef):
        read_tnef(b"PK\3\4")


def test_compressed_rtf_of_the_specification() -> None:
    assert decompress_rtf(HELLO) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert decompress_rtf(REPEATED) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    decompress_rtf(data)
    for stream in (data, tnef(data), tnef(attribute(1, 0x00069003, data)), tnef(file("a", b"b"), data)):
        with contextlib.suppress(BrokenTnef):
            read_tnef(stream)


def test_a_mail_has_the_files_and_not_the_wrapping() -> None:
    mail = parse(mail_with(tnef(TEXT, file("offer.pdf", b"%PDF")), body="Words of the mail"))

    assert mail.text == "Words of the mail"
    assert [(item.name, item.content) for item in mail.attachments] == [("offer.pdf", b"%PDF")]


def test_a_mail_without_words_takes_those_inside() -> None:
    assert parse(mail_with(tnef(TEXT))).text == "Hello from Outlook"
    rich = parse(mail_with(tnef(attribute(1, 0x00069003, properties((0x102, 0x1009, HELLO))))))
    assert [(item.name, item.content[:5]) for item in rich.attachments] == [("message.rtf", b"{\\rtf")]


def test_broken_wrapping_stays_a_file() -> None:
    mail = parse(mail_with(b"not what it says", body="Words"))

    assert [(item.name, item.content) for item in mail.attachments] == [("winmail.dat", b"not what it says")]
    assert "tnef_broken" in mail.defects
