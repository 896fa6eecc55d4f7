"""HTML from strangers as a flat run of tokens, in linear time.

The standard library's HTMLParser is quadratic on malformed input (CVE-2025-6069), hence this one. It decides what is
shown, never what is safe: whatever comes out of it still passes the sanitiser.
"""

import html
import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

_NAME = re.compile(r"/?([a-zA-Z][^\s/>]{0,60})")
_TAG_SIGN = re.compile(r"[>=]")
_VALUE_QUOTE = re.compile(r"\s*([\"'])")
_ATTRIBUTE = re.compile(r"([^\s=>/\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?")
_HUGE_NUMBER = re.compile(r"&#0*(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")
_RAW_TEXT_END = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
}
_HIDDEN = re.compile(r"display\s{0,9}:\s{0,9}none", re.IGNORECASE)
_ATTRIBUTE_CHARS = 16_384
_ATTRIBUTE_COUNT = 60
VOID_TAGS = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


class Kind(Enum):
    """What a token is."""

    TEXT = 1
    START = 2
    END = 3


class Token(NamedTuple):
    """A span of the source; `name` is the tag in lower case, empty for text."""

    kind: Kind
    name: str
    start: int
    end: int


def tokens(source: str) -> Iterator[Token]:
    """Yield text and tags in order; comments, declarations and the inside of scripts and styles are left out.

    As in browsers, a tag or comment that never ends takes the rest of the document with it.
    """
    position = 0
    while (sign := source.find("<", position)) >= 0:
        if sign > position:
            yield Token(Kind.TEXT, "", position, sign)
        token, position = _read_markup(source, sign)
        if token:
            yield token
            if token.kind is Kind.START and token.name in _RAW_TEXT_END:
                end = _RAW_TEXT_END[token.name].search(source, position)
                position = end.start() if end else len(source)
    if position < len(source):
        yield Token(Kind.TEXT, "", position, len(source))


def _read_markup(source: str, start: int) -> tuple[Token | None, int]:
    name = _NAME.match(source, start + 1)
    if name:
        end = _tag_end(source, name.end())
        if end is None:
            return None, len(source)
        kind = Kind.END if source[start + 1] == "/" else Kind.START
        return Token(kind, name[1].lower(), start, end), end
    if source[start + 1 : start + 2] in ("!", "?", "/"):
        return None, _declaration_end(source, start)
    return Token(Kind.TEXT, "", start, start + 1), start + 1


def _tag_end(source: str, position: int) -> int | None:
    """Return the offset behind the `>` that ends a tag; one inside a quoted value does not."""
    while (sign := _TAG_SIGN.search(source, position)) is not None:
        if sign[0] == ">":
            return sign.end()
        position = sign.end()
        if quote := _VALUE_QUOTE.match(source, position):
            position = source.find(quote[1], quote.end()) + 1
            if not position:
                return None
    return None


def _declaration_end(source: str, start: int) -> int:
    if source.startswith("<!--", start):
        closing = ">" if source.startswith((">", "->"), start + 4) else "-->"
        end = source.find(closing, start + 4)
    else:
        closing = ">"
        end = source.find(closing, start + 2)
    return len(source) if end < 0 else end + len(closing)


def attributes(source: str, token: Token) -> dict[str, str]:
    """Return the attributes of a start tag by lower-case name, entities resolved; the first of doubles counts."""
    begin = token.start + 1 + len(token.name)
    inside = source[begin : min(token.end - 1, begin + _ATTRIBUTE_CHARS)]
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(inside):
        value = match[2] if match[2] is not None else match[3] if match[3] is not None else match[4] or ""
        found.setdefault(match[1].lower(), unescape(value))
        if len(found) >= _ATTRIBUTE_COUNT:
            break
    return found


def is_hidden(found: dict[str, str]) -> bool:
    """Whether an element with these attributes is never seen: what people do not see, nobody should act on."""
    return "hidden" in found or _HIDDEN.search(found.get("style", "")) is not None


def unescape(text: str) -> str:
    """Return text with its character references resolved; numbers beyond Unicode become U+FFFD."""
    if "&" not in text:
        return text
    return html.unescape(_HUGE_NUMBER.sub("\ufffd", text))
