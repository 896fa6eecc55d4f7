"""Content-Transfer-Encoding (RFC 2045 section 6), decoded whatever state the data is in."""

import binascii
import re

from email_channel.parsing.encoded_words import decode_base64

# A line below padding or a blank line; base64 has none there, and no blanks or dashes in it.
_BELOW = re.compile(rb"(?:=[ \t]*\r?\n|\n[ \t]*\r?\n)\s*([^\r\n]*)")
_WORDS = re.compile(rb"[^A-Za-z0-9+/=\s]|\S[ \t]+\S")
_UUENCODE = frozenset({"x-uuencode", "uuencode", "uue", "x-uue"})


def decode_transfer(raw: bytes, encoding: str) -> bytes:
    """Return the content of a part; an unknown encoding means that the bytes are the content."""
    if encoding == "base64":
        return decode_base64(raw)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(raw)
    if encoding in _UUENCODE:
        return decode_uuencode(raw)
    return raw


def split_base64(raw: bytes) -> tuple[bytes, bytes]:
    """Return the encoded lines and what a list or a scanner wrote below them without encoding it. Linear."""
    for line in _BELOW.finditer(raw):
        if _WORDS.search(line[1]):
            return raw[: line.start(1)], raw[line.start(1) :]
    return raw, b""


def decode_uuencode(raw: bytes) -> bytes:
    """Return what stands between `begin` and `end`; without a `begin` line, the bytes as they are."""
    lines = iter(raw.splitlines())
    if not any(line.startswith(b"begin ") for line in lines):
        return raw
    decoded = bytearray()
    for line in lines:
        if line == b"end":
            break
        decoded += _decode_uu_line(line)
    return bytes(decoded)


def _decode_uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders pad the line with rubbish: read as many characters as its first one promises.
        wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(line[:wanted])
    except binascii.Error:
        return b""
