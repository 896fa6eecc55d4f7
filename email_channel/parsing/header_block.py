"""The header of a mail or of a part: where its fields are and where it ends, whatever the line ends."""

import re
from dataclasses import dataclass, field

from email_channel.parsing import limits

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_BARE_NAME = re.compile(rb"[A-Za-z-]{1,60}")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_WELL_KNOWN = re.compile(
    rb"(?:received|from|to|cc|bcc|subject|date|message-id|mime-version|content-[a-z-]{2,40}|reply-to|sender"
    rb"|return-path|in-reply-to|references|x-[!-9;-~]{1,60})[ \t]*:",
    re.IGNORECASE,
)
# How far a line that is no field may be from the next well-known field and still be held for a broken fold.
_LOOK_AHEAD_LINES = 12


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """Fields in order, unfolded but not decoded, and the offset at which the body begins."""

    fields: tuple[tuple[str, bytes], ...]
    body_start: int
    defects: tuple[str, ...] = ()

    def first(self, name: str) -> bytes | None:
        """Return the first value that is not blank; a doubled field is common, an empty double too."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[bytes]:
        """Return the values that are not blank."""
        return [value for key, value in self.fields if key.lower() == name and value.strip()]


@dataclass(slots=True)
class _Collector:
    fields: list[tuple[str, bytearray]] = field(default_factory=list)
    defects: set[str] = field(default_factory=set)
    junk_line_count: int = 0

    def add(self, name: bytes, value: bytes) -> None:
        self.fields.append((name.decode("ascii"), bytearray()))
        self.extend(value)

    def extend(self, line: bytes) -> None:
        """Append a folded line; a fold is one blank (RFC 5322 section 2.2.3)."""
        value = self.fields[-1][1]
        room = limits.HEADER_BYTES - len(value)
        if len(line) > room:
            self.defects.add("header_too_long")
        if value and room > 0:
            value += b" "
        value += line.strip(b" \t\r")[: max(room - 1, 0)]

    def block(self, body_start: int) -> HeaderBlock:
        fields = tuple((name, bytes(value)) for name, value in self.fields)
        return HeaderBlock(fields, body_start, tuple(sorted(self.defects)))


def read_header_block(raw: bytes, start: int, end: int) -> HeaderBlock:
    """Return the header that begins at `start`; linear in its length. Lines end with LF or CRLF."""
    found = _Collector()
    position = start
    while position < end:
        line_end = raw.find(b"\n", position, end)
        next_position = end if line_end < 0 else line_end + 1
        line = raw[position : min(next_position, position + limits.HEADER_BYTES + 100)].rstrip(b"\r\n")
        if not line:
            return found.block(next_position)
        if len(found.fields) >= limits.HEADER_COUNT:
            found.defects.add("too_many_headers")
            return found.block(_after_blank_line(raw, position, end))
        if not _take_line(found, raw, line, next_position, end):
            return found.block(position)
        position = next_position
    return found.block(end)


def _after_blank_line(raw: bytes, start: int, end: int) -> int:
    blank = _BLANK_LINE.search(raw, start, end)
    return blank.end() if blank else end


def _take_line(found: _Collector, raw: bytes, line: bytes, next_position: int, end: int) -> bool:
    """Add one line to what is found; False where the body begins without a blank line."""
    if line[:1] in b" \t" and found.fields:
        found.extend(line)
        return True
    # The first field of some mail is indented.
    if name := _FIELD.match(line if found.fields else line.lstrip(b" \t")):
        found.add(name[1], name.string[name.end() :])
        return True
    return _take_junk(found, raw, line, next_position, end)


def _take_junk(found: _Collector, raw: bytes, line: bytes, next_position: int, end: int) -> bool:
    if line.startswith((b"From ", b">From ")):
        return True
    found.junk_line_count += 1
    if found.junk_line_count > limits.JUNK_HEADER_LINES or not _is_header_ahead(raw, next_position, end):
        found.defects.add("header_separator_missing")
        return False
    found.defects.add("header_junk")
    if _BARE_NAME.fullmatch(line):
        # A name whose colon is on the next line must not become part of the field before it.
        found.add(b"X-Unreadable", b"")
    elif found.fields:
        found.extend(line)
    return True


def _is_header_ahead(raw: bytes, position: int, end: int) -> bool:
    for _ in range(_LOOK_AHEAD_LINES):
        if raw[position : position + 2] in (b"\r\n", b"\n") or raw[position : position + 1] == b"\n":
            return False
        if _WELL_KNOWN.match(raw, position, end):
            return True
        line_end = raw.find(b"\n", position, end)
        if line_end < 0:
            return False
        position = line_end + 1
    return False
