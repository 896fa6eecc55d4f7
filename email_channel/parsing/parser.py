"""Bytes of a mail to a `ParsedMail`. Nothing in a mail makes this raise: what is wrong is named in `defects`."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from email_channel.parsing import limits
from email_channel.parsing.addresses import AddressList, normalise_address, parse_addresses
from email_channel.parsing.bodies import BodyReader
from email_channel.parsing.bounces import read_bounce
from email_channel.parsing.bounces_signs import Signals
from email_channel.parsing.charsets import codec_name
from email_channel.parsing.classify import classify
from email_channel.parsing.encoded_words import decode_header, decode_raw_header
from email_channel.parsing.header_block import HeaderBlock
from email_channel.parsing.mime import Part, PartReader
from email_channel.parsing.parsed import ParsedAddress, ParsedMail
from hummdesk.clean_text import clean_line
from hummdesk.html_text import html_to_text

_BRACKETED_ID = re.compile(r"<([^<>]{1,2000})>")
_DATE_COMMENT = re.compile(r"\([^()]{0,100}\)")
_DATE_CHARS = 200
_HTML_JUDGED = 20_000
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to")


def parse(raw: bytes) -> ParsedMail:
    """Return what a mail says. Trusts nothing but the length of `raw`; see `prescan` for what is not worth it."""
    raw = _with_line_feeds(raw)
    reader = PartReader(raw)
    root = reader.read(_start_of(raw), len(raw))
    bodies = BodyReader(defects=reader.defects)
    body = bodies.read(root)
    mail = _Header(root.header, codec_name(root.parameters.get("charset")), reader.defects)
    return mail.parsed(root, body.text, body.html, bodies)


def _with_line_feeds(raw: bytes) -> bytes:
    """Return mail whose lines end with CR alone as mail that every parser reads."""
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def _start_of(raw: bytes) -> int:
    """Return where the header begins: blank lines and a byte order mark before it are common in forwarded files."""
    start = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    while raw[start : start + 1] in (b"\r", b"\n") and start < len(raw):
        start += 1
    return start


class _Header:
    """Reads the fields of the root; each on its own, so that one broken field costs nothing else."""

    def __init__(self, block: HeaderBlock, charset: str | None, defects: set[str]) -> None:
        self.block = block
        self.charset = charset
        self.defects = defects

    def parsed(self, root: Part, text: str | None, html: str | None, bodies: BodyReader) -> ParsedMail:
        """Return the mail that these fields and a body make."""
        to, cc = self._addresses("to"), self._addresses("cc")
        headers = self._headers()
        authors = self._addresses("from").addresses
        from_ = next(iter(authors), None)
        if len({author.address.lower() for author in authors}) > 1:
            self.defects.add("several_authors")
        sender = next(iter(self._addresses("sender").addresses), None)
        if from_ is None:
            self.defects.add("from_missing")
        subject = self._line("subject", limits.SUBJECT_CHARS)
        return_path = self._return_path()
        signals = Signals(
            headers=headers,
            subject=subject,
            author=from_ or sender or self._nameless_author(),
            return_path=return_path,
            content_types=[root.content_type, *(attachment.content_type for attachment in bodies.attachments)],
            report_type=root.parameters.get("report-type", "").lower(),
            text=text or html_to_text((html or "")[:_HTML_JUDGED]),
        )
        kind = classify(signals)
        return ParsedMail(
            message_id=self._message_id(),
            in_reply_to=next(iter(self._ids("in-reply-to")), None),
            references=self._references(),
            subject=subject,
            from_=from_,
            sender=sender,
            reply_to=self._addresses("reply-to").addresses,
            to=to.addresses,
            cc=cc.addresses[: max(limits.RECIPIENT_COUNT - len(to.addresses), 0)],
            delivered_to=self._delivered_to(),
            return_path=return_path,
            recipient_count=to.count + cc.count,
            date=self._date(),
            headers=headers,
            text=text,
            html=html,
            attachments=tuple(bodies.attachments),
            kind=kind,
            bounce=read_bounce(root, is_complaint=kind.is_abuse_report) if kind.is_returned else None,
            invitation=bodies.invitation,
            is_encrypted=bodies.is_encrypted,
            defects=tuple(sorted(self.defects))[: limits.DEFECT_COUNT],
        )

    def _nameless_author(self) -> ParsedAddress:
        """Return what stands in From where that is no address, as with daemons."""
        text = self._line("from", limits.ADDRESS_CHARS)
        return ParsedAddress(text, text.rpartition("<")[2].strip("> "))

    def _line(self, name: str, limit: int) -> str:
        return clean_line(decode_header(self.block.first(name) or b"", self.charset), limit)

    def _headers(self) -> tuple[tuple[str, str], ...]:
        """Return the fields in order, until together they are too long."""
        found: list[tuple[str, str]] = []
        room = limits.HEADER_LIST_CHARS
        for name, value in self.block.fields:
            text = clean_line(decode_header(value[: limits.HEADER_LIST_VALUE_CHARS], self.charset), len(value))
            room -= len(name) + len(text)
            if room < 0:
                self.defects.add("headers_too_long")
                break
            found.append((name, text))
        return tuple(found)

    def _addresses(self, name: str) -> AddressList:
        """Return the addresses of all fields of a name: doubled To and Cc are common."""
        found: list[ParsedAddress] = []
        count = 0
        for value in self.block.all(name):
            room = limits.RECIPIENT_COUNT - len(found)
            one_field = parse_addresses(decode_raw_header(value, self.charset), room)
            found += one_field.addresses
            count += one_field.count
        if count > len(found):
            self.defects.add("too_many_recipients")
        return AddressList(tuple(found), count)

    def _delivered_to(self) -> tuple[str, ...]:
        addresses = [item.address for name in _DELIVERED_TO for item in self._addresses(name).addresses]
        return tuple(dict.fromkeys(addresses))[: limits.RECIPIENT_COUNT]

    def _return_path(self) -> str | None:
        """Return the envelope sender, empty for `<>`, None where the field is missing."""
        value = self.block.first("return-path")
        if value is None:
            return None
        text = self._line("return-path", limits.ADDRESS_CHARS)
        return normalise_address(text) or ("" if text.replace(" ", "") == "<>" else None)

    def _message_id(self) -> str | None:
        found = self._ids("message-id")
        if found:
            return found[0]
        self.defects.add("message_id_missing" if self.block.first("message-id") is None else "message_id_invalid")
        return None

    def _ids(self, name: str) -> list[str]:
        """Return message ids with their brackets; blanks inside come from folding and are dropped."""
        text = decode_raw_header(self.block.first(name) or b"")
        found = _BRACKETED_ID.findall(text) or (text.split() if name == "message-id" and "@" in text else [])
        cleaned = ["".join(clean_line(item, 2000).split()) for item in found]
        return [f"<{item}>" for item in cleaned if item and len(item) <= limits.MESSAGE_ID_CHARS]

    def _references(self) -> tuple[str, ...]:
        """Return the ids, oldest first; of too many the first and the last ones."""
        found = list(dict.fromkeys(self._ids("references")))
        if len(found) > limits.REFERENCE_COUNT:
            self.defects.add("too_many_references")
            found = found[:1] + found[1 - limits.REFERENCE_COUNT :]
        return tuple(found)

    def _date(self) -> datetime | None:
        text = _DATE_COMMENT.sub(" ", self._line("date", _DATE_CHARS))
        if not text:
            self.defects.add("date_missing")
            return None
        try:
            date = parsedate_to_datetime(text)
            # A date without a zone, or with -0000, is taken as UTC (RFC 5322 section 3.3).
            utc = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            utc = _EARLIEST - timedelta(days=1)
        if _EARLIEST <= utc <= _LATEST:
            return utc
        self.defects.add("date_invalid")
        return None
