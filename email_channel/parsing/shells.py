"""What stands around the words of a mail: signatures that hold them, armour, and files typed into the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from email_channel.parsing.transfer import decode_uuencode

# Object identifiers as they stand in the bytes (RFC 5652 sections 4 to 6).
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_ENVELOPED_DATA = bytes.fromhex("06092a864886f70d010703")
_AUTH_ENVELOPED_DATA = bytes.fromhex("060b2a864886f70d0109100117")
_SEQUENCE, _SET, _OCTETS, _EXPLICIT_0 = 0x30, 0x31, 0x04, 0xA0
_CONSTRUCTED = 0x20
_CHUNK_COUNT = 100_000
_CLEAR_SIGNED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z-]{1,40}:[^\n]{0,200}\n){0,20}[ \t]*\n", re.MULTILINE
)
_PGP_SIGNATURE = re.compile(r"^-----BEGIN PGP SIGNATURE-----", re.MULTILINE)
_PGP_SIGNATURE_END = "-----END PGP SIGNATURE-----"
_PGP_MESSAGE = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)
_UU_BEGIN = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,200})\n(?=[!-`][ -`]{0,90}\n)", re.MULTILINE)
_UU_LINE = re.compile(r"[ -`]{0,90}")
_UU_FILES = 50


class NotSigned(Exception):
    """The bytes are no signed data with its content inside."""


@dataclass(frozen=True, slots=True)
class _Element:
    """One element of BER (X.690 section 8.1): where its content is, and where the next one begins."""

    tag: int
    start: int
    end: int
    next: int


def mail_in_signed(data: bytes) -> bytes:
    """Return the mail inside of S/MIME signed data (RFC 8551 section 3.5.2). Raises: NotSigned."""
    outer = _element(data, 0, len(data))
    kind = _element(data, outer.start, outer.end)
    if outer.tag != _SEQUENCE or data[outer.start : kind.next] != _SIGNED_DATA:
        raise NotSigned
    signed = _inside(data, _element(data, kind.next, outer.end), _SEQUENCE)
    version = _element(data, signed.start, signed.end)
    digests = _element(data, version.next, signed.end)
    content = _element(data, digests.next, signed.end)
    if digests.tag != _SET or content.tag != _SEQUENCE:
        raise NotSigned
    kind = _element(data, content.start, content.end)
    explicit = _element(data, kind.next, content.end)
    if explicit.tag != _EXPLICIT_0:
        raise NotSigned
    return _octets(data, _element(data, explicit.start, explicit.end))


def is_enveloped(data: bytes) -> bool:
    """Whether S/MIME data is encrypted."""
    head = data[:64]
    return _ENVELOPED_DATA in head or _AUTH_ENVELOPED_DATA in head


def _inside(data: bytes, element: _Element, tag: int) -> _Element:
    if element.tag != _EXPLICIT_0:
        raise NotSigned
    inner = _element(data, element.start, element.end)
    if inner.tag != tag:
        raise NotSigned
    return inner


def _element(data: bytes, position: int, end: int) -> _Element:
    """Read one element; one of indefinite length reaches to the end of what it is in, so that nothing is counted."""
    if position + 2 > end:
        raise NotSigned
    tag, length, start = data[position], data[position + 1], position + 2
    if length == 0x80:
        return _Element(tag, start, end, end)
    if length > 0x80:
        width = length & 0x7F
        if width > 4 or start + width > end:
            raise NotSigned
        length, start = int.from_bytes(data[start : start + width], "big"), start + width
    if length > end - start:
        raise NotSigned
    return _Element(tag, start, start + length, start + length)


def _octets(data: bytes, element: _Element) -> bytes:
    """Return an octet string, in one piece or in several."""
    if element.tag == _OCTETS:
        return data[element.start : element.end]
    if element.tag != _OCTETS | _CONSTRUCTED:
        raise NotSigned
    pieces: list[bytes] = []
    position = element.start
    while position < element.end and len(pieces) < _CHUNK_COUNT and data[position] == _OCTETS:
        piece = _element(data, position, element.end)
        pieces.append(data[piece.start : piece.end])
        position = piece.next
    return b"".join(pieces)


def without_clear_signature(text: str) -> str:
    """Return text without the armour of a signature (RFC 9580 section 7); what stands before and after it stays."""
    begin = _CLEAR_SIGNED.search(text)
    signature = _PGP_SIGNATURE.search(text, begin.end()) if begin else None
    if begin is None or signature is None:
        return text
    end = text.find(_PGP_SIGNATURE_END, signature.end())
    after = text[end + len(_PGP_SIGNATURE_END) :] if end >= 0 else ""
    signed = re.sub(r"^- ", "", text[begin.end() : signature.start()], flags=re.MULTILINE)
    return text[: begin.start()] + signed.rstrip("\n") + after


def is_pgp_encrypted(text: str) -> bool:
    """Whether text holds a message that is encrypted."""
    return _PGP_MESSAGE.search(text) is not None


def typed_files(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return text without the files that stand in it uuencoded, and these: name and content. Linear in the length."""
    kept, files, position = [], [], 0
    for name, start, body, end in _typed_spans(text):
        kept.append(text[position:start])
        files.append((name, decode_uuencode(f"begin 644 x\n{text[body:end]}".encode("ascii", "replace"))))
        position = end
    return "".join([*kept, text[position:]]), files


def _typed_spans(text: str) -> Iterator[tuple[str, int, int, int]]:
    """Yield name, start, start of the lines, and end of each; a file ends with its "end" line or is none."""
    position = 0
    for _ in range(_UU_FILES):
        begin = _UU_BEGIN.search(text, position)
        if begin is None:
            return
        position = begin.end()
        while (line := _UU_LINE.match(text, position)) is not None and line.end() < len(text):
            if text[line.end()] != "\n":
                break
            position = line.end() + 1
        # No line of data begins with a small letter, so that "end" stopped the loop.
        if text.startswith("end", position) and text[position + 3 : position + 4] in ("", "\n", "\r"):
            position = min(position + 4, len(text))
            yield begin[1].strip(), begin.start(), begin.end(), position
