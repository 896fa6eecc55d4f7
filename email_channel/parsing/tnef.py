"""winmail.dat: what Outlook wraps files and text in (TNEF), unpacked.

Source: Microsoft Open Specifications [MS-OXTNEF] (the stream), [MS-OXCDATA] 2.11 (property values),
[MS-OXPROPS] (property numbers), [MS-OXRTFCP] (compressed text).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from email_channel.parsing import limits
from email_channel.parsing.charsets import decode_bytes

SIGNATURE = b"\x78\x9f\x3e\x22"
_HEADER = struct.Struct("<BII")
_LONG = struct.Struct("<I")
_CHECKSUM_BYTES = 2
_ATTACHMENT_BEGINS, _ATTACHMENT_DATA, _ATTACHMENT_NAME = 0x9002, 0x800F, 0x8010
_ATTACHMENT_PROPERTIES, _MESSAGE_PROPERTIES = 0x9005, 0x9003
_MESSAGE_TEXT, _CODE_PAGE = 0x800C, 0x9007
_BODY_TEXT, _BODY_RTF, _BODY_HTML = 0x1000, 0x1009, 0x1013
_DATA, _FILE_NAME, _LONG_FILE_NAME, _DISPLAY_NAME = 0x3701, 0x3704, 0x3707, 0x3001
_MIME_TYPE, _CONTENT_ID = 0x370E, 0x3712
_STRING8, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_FIXED_BYTES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_MULTIPLE = 0x1000
_NAMED = 0x8000
_IID_BYTES = 16
_DEPTH = 3
_PROPERTY_COUNT = 10_000
_RTF_MOST_BYTES = 4 * 1024 * 1024
_RTF_COMPRESSED, _RTF_PLAIN = 0x75465A4C, 0x414C454D
_RTF_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


class BrokenTnef(Exception):
    """The stream ends or contradicts itself before anything was found."""


@dataclass(slots=True)
class TnefFile:
    """A file inside; `content_type` and `content_id` are empty where it does not tell."""

    name: str = ""
    content: bytes = b""
    content_type: str = ""
    content_id: str = ""


@dataclass(slots=True)
class Tnef:
    """What a stream holds; bodies are empty where they are missing."""

    text: str = ""
    html: str = ""
    rtf: bytes = b""
    files: list[TnefFile] = field(default_factory=list)


def read_tnef(data: bytes, *, depth: int = 0) -> Tnef:
    """Return the texts and files of a stream; those before a break in it, if there are any. Linear in the length.

    Raises: BrokenTnef.
    """
    if not data.startswith(SIGNATURE):
        raise BrokenTnef
    found, code_page = Tnef(), "cp1252"
    try:
        for name, value in _attributes(data):
            if name == _CODE_PAGE and len(value) >= _LONG.size:
                code_page = f"cp{_LONG.unpack_from(value)[0]}"
            _take(found, name, value, code_page, depth)
    except (struct.error, BrokenTnef):
        if not (found.files or found.text or found.html or found.rtf):
            raise BrokenTnef from None
    found.files = [file for file in found.files if file.content or file.name]
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 6
    while position + _HEADER.size <= len(data):
        _level, name, length = _HEADER.unpack_from(data, position)
        position += _HEADER.size
        if length > len(data) - position:
            raise BrokenTnef
        yield name & 0xFFFF, data[position : position + length]
        position += length + _CHECKSUM_BYTES


def _take(found: Tnef, name: int, value: bytes, code_page: str, depth: int) -> None:
    if name == _ATTACHMENT_BEGINS and len(found.files) < limits.PART_COUNT:
        found.files.append(TnefFile())
    elif name == _MESSAGE_TEXT:
        found.text = found.text or _string(value, code_page)
    elif name == _MESSAGE_PROPERTIES:
        _take_bodies(found, value, code_page)
    elif found.files and name == _ATTACHMENT_NAME:
        found.files[-1].name = found.files[-1].name or _string(value, code_page)
    elif found.files and name == _ATTACHMENT_DATA:
        found.files[-1].content = found.files[-1].content or value
    elif found.files and name == _ATTACHMENT_PROPERTIES:
        _take_file(found, value, code_page, depth)


def _take_bodies(found: Tnef, value: bytes, code_page: str) -> None:
    for number, kind, content in _properties(value):
        if number == _BODY_TEXT:
            found.text = found.text or _text_of(kind, content, code_page)
        elif number == _BODY_HTML:
            found.html = found.html or (
                _text_of(kind, content, code_page) if kind != _BINARY else decode_bytes(content, code_page).text
            )
        elif number == _BODY_RTF and not found.rtf:
            found.rtf = decompress_rtf(content)


def _take_file(found: Tnef, value: bytes, code_page: str, depth: int) -> None:
    file = found.files[-1]
    names: dict[int, str] = {}
    for number, kind, content in _properties(value):
        if number == _DATA and kind == _OBJECT:
            _take_message(found, file, content[_IID_BYTES:], depth)
        elif number == _DATA:
            file.content = file.content or content
        elif kind in (_STRING8, _UNICODE):
            names[number] = _text_of(kind, content, code_page)
    file.name = names.get(_LONG_FILE_NAME) or file.name or names.get(_FILE_NAME) or names.get(_DISPLAY_NAME, "")
    file.content_type = names.get(_MIME_TYPE, "").lower()
    file.content_id = names.get(_CONTENT_ID, "").strip("<> ")


def _take_message(found: Tnef, file: TnefFile, data: bytes, depth: int) -> None:
    """Take a message that is attached: its files beside the others, its words as a file."""
    if depth >= _DEPTH or not data.startswith(SIGNATURE):
        file.content = data
        return
    inner = read_tnef(data, depth=depth + 1)
    file.content = (inner.html or inner.text).encode() or inner.rtf
    file.content_type = "text/html" if inner.html else "text/plain" if inner.text else "application/rtf"
    # The file that is being read stays the last one.
    found.files[-1:-1] = inner.files[: max(limits.PART_COUNT - len(found.files), 0)]


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield number, type and value of each property; of several values the first."""
    (count,) = _LONG.unpack_from(data)
    position = _LONG.size
    for _ in range(min(count, _PROPERTY_COUNT)):
        kind, number = struct.unpack_from("<HH", data, position)
        position += 4
        if number >= _NAMED:
            position = _after_name(data, position)
        value, position = _value(data, position, kind)
        yield number, kind & ~_MULTIPLE, value


def _after_name(data: bytes, position: int) -> int:
    by_text, length = struct.unpack_from("<II", data, position + 16)
    return position + 24 + (_padded(length) if by_text else 0)


def _value(data: bytes, position: int, kind: int) -> tuple[bytes, int]:
    base = kind & ~_MULTIPLE
    is_variable = base in (_STRING8, _UNICODE, _OBJECT, _BINARY)
    count = 1
    if is_variable or kind & _MULTIPLE:
        (count,) = _LONG.unpack_from(data, position)
        position += _LONG.size
    first: bytes | None = None
    # Each value takes four bytes at least: more of them than that are a lie.
    for _ in range(min(count, len(data) // 4 + 1)):
        length = _FIXED_BYTES.get(base, 0)
        if is_variable:
            (length,) = _LONG.unpack_from(data, position)
            position += _LONG.size
        if (not is_variable and not length) or length > len(data) - position:
            raise BrokenTnef
        first = data[position : position + length] if first is None else first
        position += _padded(length)
    return first or b"", position


def _padded(length: int) -> int:
    return (length + 3) & ~3


def _text_of(kind: int, content: bytes, code_page: str) -> str:
    if kind == _UNICODE:
        return content.decode("utf-16-le", "replace").partition("\0")[0]
    return _string(content, code_page)


def _string(content: bytes, code_page: str) -> str:
    return decode_bytes(content.partition(b"\0")[0], code_page).text


def decompress_rtf(data: bytes) -> bytes:
    """Return the text of a compressed stream ([MS-OXRTFCP] 3.1), nothing where it is broken."""
    if len(data) < 16:
        return b""
    _size, raw_size, kind, _crc = struct.unpack_from("<IIII", data)
    if kind == _RTF_PLAIN:
        return data[16 : 16 + raw_size]
    if kind != _RTF_COMPRESSED:
        return b""
    window = bytearray(_RTF_START)
    start, position, most = len(window), 16, min(raw_size, _RTF_MOST_BYTES)
    while position < len(data) and len(window) - start < most:
        control = data[position]
        position += 1
        for bit in range(8):
            if position >= len(data):
                break
            if not control >> bit & 1:
                window.append(data[position])
                position += 1
                continue
            if position + 2 > len(data) or not _copy(window, data[position], data[position + 1]):
                return bytes(window[start : start + most])
            position += 2
    return bytes(window[start : start + most])


def _copy(window: bytearray, high: int, low: int) -> bool:
    """Append what stood earlier in the window; False at the end of the stream."""
    offset, length = high << 4 | low >> 4, (low & 0xF) + 2
    # The dictionary is a ring of 4,096 bytes; `window` is all that ever went in.
    place = len(window) - 1 - ((len(window) - 1 - offset) % 4096)
    if place < 0 or offset == len(window) % 4096:
        return False
    for number in range(length):
        window.append(window[place + number])
    return True
