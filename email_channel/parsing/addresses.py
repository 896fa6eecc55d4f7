"""Addresses in headers (RFC 5322 section 3.4), read tolerantly and in linear time.

An addr-spec is never decoded: what another mail server would see is what is kept. Only when a whole header is one
encoded word, which no standard allows and some senders do, is it decoded first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from email_channel.parsing import limits
from email_channel.parsing.encoded_words import decode_words
from email_channel.parsing.parsed import ParsedAddress
from hummdesk.clean_text import clean_line, join_surrogates

_SPECIAL = re.compile(r'["(<>,:;\\]')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PAREN = re.compile(r"[()\\]")
_INNER_COMMENT = re.compile(r"\([^()]{0,200}\)")
_AROUND_SIGNS = re.compile(r" ?([@.]) ?")
_LOCAL = r"""[^\s<>()\[\],;:"@\\\x00-\x1f\x7f]{1,128}"""
_DOMAIN = r"(?:[^\s<>()\[\],;:\"@\\'\x00-\x1f\x7f]{1,253}|\[[0-9a-fA-F:.IPVv]{2,60}\])"
_ADDRESS = re.compile(rf'((?:{_LOCAL}|"(?:[^"\\\x00-\x1f]|\\[^\x00-\x1f]){{0,128}}"))@({_DOMAIN})')
_ADDRESS_INSIDE = re.compile(rf"{_LOCAL}@{_DOMAIN}")


@dataclass(frozen=True, slots=True)
class AddressList:
    """The first addresses of a header, and how many there were."""

    addresses: tuple[ParsedAddress, ...]
    count: int


@dataclass(slots=True)
class _Mailbox:
    """One mailbox while it is read: text as it stands, the display name, comments, and what is in `<>`."""

    text: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    angle: str | None = None
    has_at: bool = False

    def add(self, text: str, name: str | None = None) -> None:
        self.has_at = self.has_at or "@" in text
        self.text.append(text)
        self.name.append(text if name is None else name)

    def finish(self) -> ParsedAddress | None:
        """Return the address found, or None where there is none."""
        text = "".join(self.text)
        if self.angle is not None:
            address = normalise_address(self.angle) or _address_inside(self.angle) or _address_inside(text)
            return _named(address, "".join(self.name) or " ".join(self.comments))
        if address := normalise_address(text):
            return _named(address, " ".join(self.comments))
        address = _address_inside(text)
        return _named(address, text.replace(address or "", " ") if self.name else " ".join(self.comments))


class _Reader:
    """Walks over one header once, jumping from one special character to the next."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.position = 0
        self.mailbox = _Mailbox()
        self.last_quote = value.rfind('"')
        self.last_angle = value.rfind(">")
        self.has_groups = ";" in value
        self.is_comment_broken = False

    def __iter__(self) -> Iterator[ParsedAddress]:
        while (special := _SPECIAL.search(self.value, self.position)) is not None:
            self.mailbox.add(self.value[self.position : special.start()])
            self.position = special.end()
            if special[0] in ",;":
                yield from self._finish()
            else:
                self._take(special[0], special.start())
        self.mailbox.add(self.value[self.position :])
        yield from self._finish()

    def _finish(self) -> Iterator[ParsedAddress]:
        address = self.mailbox.finish()
        self.mailbox = _Mailbox()
        if address:
            yield address

    def _take(self, sign: str, start: int) -> None:
        if sign == '"':
            self._take_quoted(start)
        elif sign == "(":
            self._take_comment(start)
        elif sign == "<":
            self._take_angle()
        elif sign == ":":
            self._take_colon()
        elif sign == "\\":
            self.mailbox.add(self.value[self.position : self.position + 1])
            self.position += 1

    def _take_quoted(self, start: int) -> None:
        quoted = _QUOTED.match(self.value, start) if start < self.last_quote else None
        if quoted is None:
            return
        self.mailbox.add(quoted[0], re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL))
        self.position = quoted.end()

    def _take_comment(self, start: int) -> None:
        """Skip a comment, nested or not; where it is never closed, read on behind its first sign."""
        if self.is_comment_broken:
            return
        depth, position = 1, start + 1
        while depth and (sign := _PAREN.search(self.value, position)) is not None:
            position = sign.end() + (sign[0] == "\\")
            depth += {"(": 1, ")": -1}.get(sign[0], 0)
        if depth:
            self.is_comment_broken = True
            return
        self.mailbox.comments.append(self.value[start + 1 : position - 1])
        self.position = position

    def _take_angle(self) -> None:
        if self.position <= self.last_angle:
            end = self.value.find(">", self.position)
        else:
            comma = self.value.find(",", self.position)
            end = comma if comma >= 0 else len(self.value)
        opened, again, _ = self.value[self.position : end].partition("<")
        if again and "," in opened:
            # The bracket was never closed: the address ends where the next one begins.
            end = self.position + opened.index(",")
        inside = _INNER_COMMENT.sub("", self.value[self.position : end].rpartition("<")[2])
        if self.mailbox.angle is None or "@" not in self.mailbox.angle:
            self.mailbox.angle = inside
        self.position = end

    def _take_colon(self) -> None:
        """Drop the name of a group; a colon elsewhere is a broken display name."""
        if self.has_groups and self.mailbox.angle is None and not self.mailbox.has_at:
            self.mailbox = _Mailbox()
        else:
            self.mailbox.add(":")


def parse_addresses(value: str, limit: int = limits.RECIPIENT_COUNT) -> AddressList:
    """Return the addresses of a header whose encoded words are not yet decoded."""
    addresses, count = _read(value, limit)
    if not addresses and "=?" in value:
        addresses, count = _read(decode_words(value), limit)
    return AddressList(tuple(addresses), count)


def normalise_address(text: str) -> str | None:
    """Return the addr-spec that `text` is, its domain in lower case, or None where it is none."""
    text = _AROUND_SIGNS.sub(r"\1", " ".join(text.strip(" '<>\t").split()))
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]
    match = _ADDRESS.fullmatch(text.removeprefix("mailto:"))
    if match is None or len(text) > limits.ADDRESS_CHARS:
        return None
    domain = match[2].rstrip(".").lower()
    return f"{join_surrogates(match[1])}@{join_surrogates(domain)}" if domain else None


def _read(value: str, limit: int) -> tuple[list[ParsedAddress], int]:
    addresses: list[ParsedAddress] = []
    count = 0
    for address in _Reader(value):
        count += 1
        if len(addresses) < limit:
            addresses.append(address)
    return addresses, count


def _address_inside(text: str) -> str | None:
    at = text.find("@")
    if at < 0:
        return None
    match = _ADDRESS_INSIDE.search(text, max(0, at - 128), at + 256)
    return normalise_address(match[0]) if match else None


def _named(address: str | None, name: str) -> ParsedAddress | None:
    if address is None:
        return None
    return ParsedAddress(clean_line(decode_words(name), limits.NAME_CHARS).strip("'\" "), address)
