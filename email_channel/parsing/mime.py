"""The tree of parts of a mail (RFC 2045, RFC 2046 section 5), found in one pass per level without copying."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from email_channel.parsing import limits
from email_channel.parsing.encoded_words import decode_header, parse_parameters
from email_channel.parsing.header_block import HeaderBlock, read_header_block
from email_channel.parsing.transfer import decode_transfer, split_base64
from hummdesk.clean_text import clean_line

_DELIMITER_END = re.compile(rb"(--)?[ \t]*(?:\r?\n|\r?\Z)")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,80}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")
_GUESSED_BOUNDARY = re.compile(rb"(?:\A|\n)--([^\s]{1,200})[ \t]*\r?\n(?=content-)", re.IGNORECASE)
_GUESS_WITHIN_BYTES = 64 * 1024


@dataclass(slots=True)
class Part:
    """One part: its header, its type, and the span of its body in `raw`; `children` of a multipart."""

    raw: bytes = field(repr=False)
    header: HeaderBlock
    content_type: str
    parameters: dict[str, str]
    end: int
    children: list["Part"] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        """Return the bytes as they were sent."""
        return self.raw[self.header.body_start : self.end]

    def content(self) -> bytes:
        """Return the body with its transfer encoding undone; below a text, what was added without it."""
        encoding = self._token("content-transfer-encoding")
        if encoding != "base64":
            return decode_transfer(self.body, encoding)
        encoded, rest = split_base64(self.body)
        content = decode_transfer(encoded, encoding)
        is_below_text = rest.isascii() and self.content_type in ("text/plain", "text/html") and b"\0" not in content
        return content + b"\n" + rest if rest and is_below_text else content

    def disposition(self) -> tuple[str, dict[str, str]]:
        """Return the Content-Disposition (RFC 2183), empty where there is none."""
        return parse_parameters(decode_header(self.header.first("content-disposition") or b""))

    def content_id(self) -> str | None:
        """Return the Content-ID without its brackets."""
        value = clean_line(decode_header(self.header.first("content-id") or b""), limits.MESSAGE_ID_CHARS)
        return value.strip("<> ") or None

    def _token(self, name: str) -> str:
        return decode_header(self.header.first(name) or b"").split(";", 1)[0].strip(" \"'").lower()


def is_content_type(text: str) -> bool:
    """Whether text is a type and a subtype, in lower case."""
    return _TYPE.fullmatch(text) is not None


@dataclass(slots=True)
class PartReader:
    """Reads a tree of parts under a budget that the whole mail shares."""

    raw: bytes
    part_count: int = 0
    candidate_count: int = 0
    defects: set[str] = field(default_factory=set)

    def read(self, start: int, end: int, *, depth: int = 0, default_type: str = "text/plain") -> Part:
        """Return the part that stands between two offsets, with its children."""
        self.part_count += 1
        header = read_header_block(self.raw, start, end)
        self.defects.update(header.defects)
        content_type, parameters = self._type_of(header, default_type)
        part = Part(self.raw, header, content_type, parameters, end)
        if content_type.startswith("multipart/"):
            self._read_children(part, depth)
        return part

    def _type_of(self, header: HeaderBlock, default_type: str) -> tuple[str, dict[str, str]]:
        value = header.first("content-type")
        if value is None:
            return default_type, {}
        content_type, parameters = parse_parameters(decode_header(value))
        content_type = content_type.replace(" ", "")
        if _TYPE.fullmatch(content_type):
            return content_type, parameters
        self.defects.add("content_type_invalid")
        if content_type.startswith("multipart"):
            return "multipart/mixed", parameters
        # RFC 2045 section 5.2: what cannot be understood is plain text; "text" alone is common.
        return "text/plain", parameters

    def _read_children(self, part: Part, depth: int) -> None:
        if depth >= limits.PART_DEPTH:
            self.defects.add("too_deep")
            part.content_type = "application/octet-stream"
            return
        boundary = part.parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
        default_type = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        spans = list(self._spans(part, boundary)) if boundary else []
        if not spans and (guess := self._guess_boundary(part)):
            spans = list(self._spans(part, guess))
        if not spans:
            self.defects.add("boundary_missing")
            part.content_type = "text/plain"
        for start, end in spans:
            if self.part_count >= limits.PART_COUNT:
                self.defects.add("too_many_parts")
                return
            part.children.append(self.read(start, end, depth=depth + 1, default_type=default_type))

    def _guess_boundary(self, part: Part) -> bytes | None:
        start = part.header.body_start
        match = _GUESSED_BOUNDARY.search(self.raw[start : min(part.end, start + _GUESS_WITHIN_BYTES)])
        return match[1] if match else None

    def _spans(self, part: Part, boundary: bytes) -> Iterator[tuple[int, int]]:
        """Yield the span of each body part; the line end before a delimiter belongs to the delimiter."""
        begin: int | None = None
        for line_start, line_end, is_last in self._delimiters(part, boundary):
            if begin is not None:
                yield begin, max(begin, self._before_line_end(line_start))
            begin = None if is_last else line_end
            if is_last or self.part_count + 1 >= limits.PART_COUNT:
                break
        if begin is not None:
            self.defects.add("boundary_not_closed")
            yield begin, part.end

    def _before_line_end(self, position: int) -> int:
        if self.raw[position - 2 : position] == b"\r\n":
            return position - 2
        return position - 1

    def _delimiters(self, part: Part, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
        """Yield start, end and finality of each delimiter line."""
        needle = b"--" + boundary
        position = part.header.body_start
        while (found := self.raw.find(needle, position, part.end)) >= 0:
            self.candidate_count += 1
            if self.candidate_count > limits.BOUNDARY_CANDIDATES:
                self.defects.add("too_many_parts")
                return
            position = found + len(needle)
            is_at_line_start = found == part.header.body_start or self.raw[found - 1 : found] == b"\n"
            tail = _DELIMITER_END.match(self.raw, position, part.end) if is_at_line_start else None
            if tail:
                position = tail.end()
                yield found, position, tail[1] is not None
