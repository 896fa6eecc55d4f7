"""Text in headers: encoded words (RFC 2047) and parameters (RFC 2045 section 5.1, RFC 2231), read tolerantly."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from urllib.parse import unquote_to_bytes

from email_channel.parsing import limits
from email_channel.parsing.charsets import decode_bytes

# Longer than the 75 characters of the RFC, since senders do so; bounded so that unclosed words stay cheap.
_WORD = re.compile(r"=\?([^?\s]{1,64})\?([bBqQ])\?((?:[^?]|\?(?!=)){0,2000})\?=")
_PARAMETER = re.compile(r';\s*([^=;\s"]{1,200})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.DOTALL)
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?$")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


@dataclass(frozen=True, slots=True)
class _Word:
    charset: str
    raw: bytes


def decode_header(raw: bytes, charset_hint: str | None = None) -> str:
    """Return a header's text: bytes beyond ASCII as UTF-8 or as the hint says, then its encoded words."""
    return decode_words(decode_raw_header(raw, charset_hint))


def decode_raw_header(raw: bytes, charset_hint: str | None = None) -> str:
    """Return a header's characters with encoded words left as they are."""
    decoded = decode_bytes(raw, "utf-8")
    if decoded.is_guess and charset_hint:
        decoded = decode_bytes(raw, charset_hint)
    return decoded.text


def decode_words(text: str) -> str:
    """Return `text` with its encoded words decoded; what cannot be decoded stays as it is."""
    if "=?" not in text:
        return text
    pieces = _merge_words(_pieces(text))
    return "".join(
        piece if isinstance(piece, str) else decode_bytes(piece.raw, piece.charset).text for piece in pieces
    )


def _pieces(text: str) -> Iterator[str | _Word]:
    """Yield text and words in turn; blanks between two words are dropped (RFC 2047 section 6.2)."""
    position = 0
    for match in _WORD.finditer(text):
        between = text[position : match.start()]
        if between and (position == 0 or not between.isspace()):
            yield between
        charset, encoding, payload = match.groups()
        yield _Word(charset.split("*", 1)[0].lower(), _decode_payload(encoding, payload))
        position = match.end()
    if position < len(text):
        yield text[position:]


def _merge_words(pieces: Iterator[str | _Word]) -> Iterator[str | _Word]:
    """Join neighbouring words of one charset: senders split them in the middle of a character."""
    for charset, run in groupby(pieces, key=lambda piece: piece.charset if isinstance(piece, _Word) else None):
        if charset is None:
            yield from run
        else:
            yield _Word(charset, b"".join(word.raw for word in run if isinstance(word, _Word)))


def _decode_payload(encoding: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "replace")
    if encoding in "bB":
        return decode_base64(raw)
    return binascii.a2b_qp(raw, header=True)


def decode_base64(raw: bytes) -> bytes:
    """Return the bytes of base64 however broken: strangers skipped, padding missing or in the middle."""
    decoded = bytearray()
    for run in re.split(rb"=+", raw) if b"=" in raw.rstrip(b"\r\n\t =") else [raw]:
        letters = _NOT_BASE64.sub(b"", run)
        if len(letters) % 4 == 1:
            letters = letters[:-1]
        decoded += binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    return bytes(decoded)


def parse_parameters(value: str) -> tuple[str, dict[str, str]]:
    """Return a field's main value in lower case and its parameters by lower-case name, continuations joined."""
    main, _, rest = value.partition(";")
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in islice(_PARAMETER.finditer(";" + rest), limits.PARAMETER_COUNT):
        if name := _SECTION.match(match[1].lower()):
            section = (_unquote(match[2]), bool(name[3]))
            sections.setdefault(name[1], {}).setdefault(int(name[2] or 0), section)
    return main.strip().lower(), {name: _join_sections(parts) for name, parts in sections.items()}


def _unquote(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        # Windows paths are not escaped in practice, so only \" and \\ are.
        return re.sub(r'\\(["\\])', r"\1", value[1:-1])
    return value.strip('"')


def _join_sections(sections: dict[int, tuple[str, bool]]) -> str:
    """Return one parameter's text (RFC 2231 sections 3 and 4)."""
    ordered = [sections[number] for number in sorted(sections)]
    if not any(is_encoded for _, is_encoded in ordered):
        return decode_words("".join(text for text, _ in ordered))
    charset, raw = "", bytearray()
    for number, (section, is_encoded) in enumerate(ordered):
        text = section
        if number == 0 and is_encoded and section.count("'") >= 2:
            charset, _, text = section.split("'", 2)
        raw += unquote_to_bytes(text) if is_encoded else text.encode("utf-8", "replace")
    return decode_bytes(bytes(raw), charset or "utf-8").text
