import base64
import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_channel.parsing.parser import parse
from email_channel.parsing.shells import NotSigned, mail_in_signed, typed_files, without_clear_signature

INNER = b"Content-Type: text/plain; charset=utf-8\r\n\r\nSigned words: h\xc3\xa4lsningar\r\n"
CLEAR = f"""Above
-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

The drill stopped.
- --{" "}
Ada
-----BEGIN PGP SIGNATURE-----
Version: x

iQEz
-----END PGP SIGNATURE-----
Below"""
OID_SIGNED = bytes.fromhex("06092a864886f70d010702")
OID_DATA = bytes.fromhex("06092a864886f70d010701")
OID_ENVELOPED = bytes.fromhex("06092a864886f70d010703")


def der(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def endless(tag: int, *contents: bytes) -> bytes:
    return bytes([tag, 0x80]) + b"".join(contents) + b"\0\0"


def signed(inner: bytes) -> bytes:
    content = der(0x30, OID_DATA, der(0xA0, der(0x04, inner)))
    return der(0x30, OID_SIGNED, der(0xA0, der(0x30, der(0x02, b"\1"), der(0x31), content, der(0x31))))


def streamed(inner: bytes) -> bytes:
    chunks = endless(0x24, *(der(0x04, inner[start : start + 20]) for start in range(0, len(inner), 20)))
    content = endless(0x30, OID_DATA, endless(0xA0, chunks))
    return endless(0x30, OID_SIGNED, endless(0xA0, endless(0x30, der(0x02, b"\1"), der(0x31), content)))


def smime(content: bytes, kind: str = "signed-data") -> bytes:
    head = f"From: a@x.example\nContent-Type: application/pkcs7-mime; smime-type={kind}; name=smime.p7m\n"
    return head.encode() + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(content)


@pytest.mark.parametrize("wrap", [signed, streamed])
def test_signed_mail_is_read(wrap: Callable[[bytes], bytes]) -> None:
    content = wrap(INNER)

    assert mail_in_signed(content) == INNER
    mail = parse(smime(content))
    assert (mail.text or "").strip() == "Signed words: hälsningar"
    assert mail.attachments == ()
    assert not mail.is_encrypted


def test_signed_mail_in_signed_mail_ends_somewhere() -> None:
    content = INNER
    for _ in range(6):
        content = smime(signed(content)).split(b"\n", 1)[1]

    assert len(parse(b"From: a@x.example\n" + content).attachments) == 1


def test_encrypted_mail_is_a_file_and_said_to_be() -> None:
    mail = parse(smime(der(0x30, OID_ENVELOPED, der(0xA0, b"x" * 100)), "enveloped-data"))

    assert mail.is_encrypted
    assert [item.name for item in mail.attachments] == ["smime.p7m"]


def test_pgp_mail_is_said_to_be_encrypted() -> None:
    head = "From: a@x.example\nContent-Type: multipart/encrypted; boundary=b\n\n"
    version = "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n"
    words = "--b\nContent-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----\n--b--\n"

    mail = parse((head + version + words).encode())

    assert mail.is_encrypted
    assert "encrypted.asc" in [item.name for item in mail.attachments]
    assert parse(b"From: a@x.example\n\n-----BEGIN PGP MESSAGE-----\n\nhQ==\n").is_encrypted


@given(st.binary(max_size=200))
def test_any_bytes_are_signed_or_not(data: bytes) -> None:
    for content in (data, signed(INNER)[: len(data)], OID_SIGNED + data, der(0x30, OID_SIGNED, data)):
        with contextlib.suppress(NotSigned):
            assert isinstance(mail_in_signed(content), bytes)


def test_clear_signature_is_taken_off() -> None:
    assert without_clear_signature(CLEAR) == "Above\nThe drill stopped.\n-- \nAda\nBelow"
    assert parse(b"From: a@x.example\n\n" + CLEAR.encode()).text == "Above\nThe drill stopped.\n-- \nAda\nBelow"


def test_armour_without_an_end_stays() -> None:
    text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nwords"

    assert without_clear_signature(text) == text


def test_typed_files_become_attachments() -> None:
    mail = parse(b"From: a@x.example\n\nBefore\nbegin 644 cat.txt\n#0V%T\n`\nend\nAfter\nbegin work at 8\nend")

    assert mail.text == "Before\nAfter\nbegin work at 8\nend"
    assert [(item.name, item.content) for item in mail.attachments] == [("cat.txt", b"Cat")]


@pytest.mark.parametrize(
    "text", ["begin 644 a\nhello", "begin 644 a\nlower case\nend", "begin\nend", "begin 644 \n\nend"]
)
def test_words_that_look_like_files_stay(text: str) -> None:
    assert typed_files(text) == (text, [])


@pytest.mark.parametrize(
    "piece", ["begin 644 a\nM\n", "begin 644 a\n", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: x\n", "- ", "M\n"]
)
@pytest.mark.timeout(30)
def test_a_megabyte_is_read_in_linear_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))

    assert isinstance(typed_files(text)[0], str)
    assert isinstance(without_clear_signature(text), str)


def test_enriched_text_loses_its_commands() -> None:
    mail = parse(b"From: a@x.example\nContent-Type: text/enriched\n\n<bold>Now</bold> is <<the> time")

    assert mail.text == "Now is <the> time"
