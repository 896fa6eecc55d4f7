"""What a bounce or an abuse report tells: about which mail, to whom, and what the other server said.

Sources: RFC 3464 (delivery status), RFC 6522 (reports), RFC 5965 (abuse reports), RFC 3463 (codes); and for those that
follow none of them, what mail servers have written to people since Sendmail 5.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from email_channel.parsing import limits
from email_channel.parsing.addresses import normalise_address, parse_addresses
from email_channel.parsing.bounces_codes import BounceReason
from email_channel.parsing.bounces_fields import Fields, field_groups, recipient_groups, typed_value
from email_channel.parsing.bounces_reason import diagnose, reply_in
from email_channel.parsing.bounces_sns import sns_groups, sns_message_ids
from email_channel.parsing.bounces_text import Paragraph, addresses_in, paragraphs, server_words, split_returned
from email_channel.parsing.charsets import decode_bytes
from email_channel.parsing.encoded_words import decode_header, decode_raw_header
from email_channel.parsing.header_block import HeaderBlock, read_header_block
from email_channel.parsing.mime import Part
from email_channel.parsing.parsed import BounceReport, ParsedBounce
from hummdesk.clean_text import clean_line, clean_text
from hummdesk.html_text import html_to_text

REPORTS_MOST = 100
WORDS_KEPT = 1_000
IDS_MOST = 10
_WARNING_READ = 3_000
_PART_CHARS = 64 * 1024
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status", "message/xdelivery-status"})
_FEEDBACK_TYPE = "message/feedback-report"
_RETURNED_TYPES = frozenset(
    {
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "text/rfc822-header",
        "message/global-headers",
        "message/rfc822-headers",
    }
)
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_INFORMED = frozenset({"delivered", "relayed", "expanded"})
_ID = re.compile(r"<[^<>\s]{3,900}@[^<>\s]{1,255}>")
_ID_IN_TEXT = re.compile(r"message-?id[ \t]{0,4}[:=][ \t]{0,8}(<[^<>\s]{3,900}>)", re.IGNORECASE)
_ANSWERED = ("in-reply-to", "references")
_STATUS_VALUE = re.compile(r"(?<!\d)[245]\.\d{1,3}\.\d{1,3}", re.ASCII)
_WARNS = re.compile(
    r"still being retried|not (?:yet )?been delivered yet|has not yet been|will (?:be )?(?:keep|retr|tr[iy])"
    r"|warning message only|do not need to resend|delivery (?:is |has been |status notification \()?delay|delayed"
    r"|no action is required|further attempts",
    re.IGNORECASE,
)
_ID_FIELDS = ("message-id", "x-message-id", "x-original-message-id", "resent-message-id", "x-hummdesk-message-id")


@dataclass(slots=True)
class _Found:
    """What lies in the parts: the text for people, groups of fields, the returned mail's header."""

    texts: list[str] = field(default_factory=list)
    groups: list[Fields] = field(default_factory=list)
    feedback: list[Fields] = field(default_factory=list)
    returned: list[bytes] = field(default_factory=list)


def read_bounce(root: Part, *, is_complaint: bool) -> ParsedBounce:
    """Return what the mail tells; reports are empty where nobody is named. Reads at most 64 kB of each part."""
    found = _Found()
    _gather(root, found)
    text, inline = split_returned("\n\n".join(found.texts))
    if inline:
        found.returned.append(inline.encode("utf-8", "surrogatepass"))
    headers = [_header_of(raw) for raw in found.returned]
    reports = _complaints(found, headers) if is_complaint else _reports(root, found, text, headers)
    return ParsedBounce(tuple(reports[:REPORTS_MOST]), _message_ids(root, found, headers))


def _gather(part: Part, found: _Found) -> None:
    for child in part.children:
        _gather(child, found)
    if part.children:
        return
    if part.content_type in _RETURNED_TYPES:
        found.returned.append(part.content()[:_PART_CHARS])
    elif part.content_type == _FEEDBACK_TYPE:
        found.feedback += field_groups(_text_of(part))
    elif part.content_type in _STATUS_TYPES:
        found.groups += field_groups(_text_of(part))
    elif part.content_type.startswith("text/") and not (part.content_type == "text/html" and found.texts):
        text = _text_of(part)
        found.texts.append(html_to_text(text) if part.content_type == "text/html" else text)


def _text_of(part: Part) -> str:
    decoded = decode_bytes(part.content()[:_PART_CHARS], part.parameters.get("charset"))
    return clean_text(decoded.text, _PART_CHARS).replace("\r\n", "\n").replace("\r", "\n")


def _header_of(raw: bytes) -> HeaderBlock:
    """Return the header of a returned mail that may stand behind a line of words and be indented."""
    lines = raw.split(b"\n")
    start = next(
        (index for index, line in enumerate(lines) if re.match(rb"[ \t>]{0,8}[A-Za-z][\w-]{1,60}:[ \t]", line)), 0
    )
    text = b"\n".join(line.rstrip(b"\r") for line in lines[start:])
    return read_header_block(text, 0, len(text))


def _reports(root: Part, found: _Found, text: str, headers: Sequence[HeaderBlock]) -> list[BounceReport]:
    own = frozenset(
        address.lower() for name in ("to", "from", "reply-to") for address in _addresses(root.header, name)
    )
    groups = recipient_groups(found.groups) or recipient_groups(field_groups(text))
    groups = groups or sns_groups("\n".join(found.texts))
    if not groups and not addresses_in(text, own):
        groups = [group for raw in found.returned for group in _inner_groups(raw)]
    written, said = paragraphs(text, own), server_words(text)
    if groups:
        groups = groups[:REPORTS_MOST]
        return [_of_fields(group, written, text if len(groups) == 1 else "", said) for group in groups]
    named = _failed_recipients(root.header)
    if named:
        by_address = {paragraph.address.lower(): paragraph for paragraph in written}
        written = [by_address.get(address.lower()) or Paragraph(address, text) for address in named]
    if not written:
        to = next((address for header in headers for address in _addresses(header, "to")), "")
        written = [Paragraph(to, text)]
    subject = decode_header(root.header.first("subject") or b"")
    is_many = len(written) > 1
    return [_of_words(paragraph, text, said, subject, is_one_of_many=is_many) for paragraph in written]


def _inner_groups(raw: bytes) -> list[Fields]:
    """Return the groups of a bounce that another mail server has wrapped into its own."""
    return recipient_groups(field_groups(clean_text(raw.decode("utf-8", "replace"), _PART_CHARS).replace("\r", "")))


def _of_fields(group: Fields, written: Sequence[Paragraph], text: str, said: str) -> BounceReport:
    """Return the report of one group of fields, with the words for people where its own say little.

    `text` is the whole of them where the report is about nobody else, `said` what they quote of the server.
    """
    recipient, original = _address(group, "final-recipient"), _address(group, "original-recipient")
    agent, words = typed_value(group.get("diagnostic-code", ""))
    beside = next(
        (item.words for item in written if item.address.lower() in (recipient.lower(), original.lower())), ""
    )
    beside = beside or text
    action = next((action for action in _ACTIONS if action in group.get("action", "").lower()), "failed")
    told = _STATUS_VALUE.search(group.get("status", ""))
    diagnosis = diagnose(
        words or said or beside,
        told=told[0] if told else "",
        action=action,
        agent=agent,
        is_report=True,
        stage_words="\n".join([words, beside, text, _stage_of_category(group)]),
    )
    return BounceReport(
        recipient=recipient or original,
        original_recipient=original,
        action=action,
        status=diagnosis.status,
        reply_code=diagnosis.reply_code,
        reason=diagnosis.reason,
        is_hard=diagnosis.is_hard and action not in _INFORMED,
        words=clean_line(words or said or beside, WORDS_KEPT),
    )


def _stage_of_category(group: Fields) -> str:
    """Return when the mail was refused, where PowerMTA's own field tells that the mailbox is wrong."""
    return "after RCPT TO" if group.get("x-powermta-bouncecategory") in ("bad-mailbox", "inactive-mailbox") else ""


def _of_words(paragraph: Paragraph, text: str, said: str, subject: str, *, is_one_of_many: bool) -> BounceReport:
    """Return the report that a paragraph makes; `said` is quoted of the server, maybe about somebody else."""
    words = paragraph.words if len(paragraph.words.split()) > 1 else text
    stage_words = words
    if said and not (is_one_of_many and reply_in(words)):
        words = said
    diagnosis = diagnose(words, stage_words=stage_words)
    if diagnosis.reason in (BounceReason.OTHER, BounceReason.UNDEFINED):
        diagnosis = diagnose(f"{words}\n{text}\n{subject}", stage_words=stage_words)
    return BounceReport(
        recipient=paragraph.address,
        original_recipient="",
        action="delayed" if _WARNS.search(f"{subject}\n{text[:_WARNING_READ]}") else "failed",
        status=diagnosis.status,
        reply_code=diagnosis.reply_code,
        reason=diagnosis.reason,
        is_hard=diagnosis.is_hard,
        words=clean_line(words, WORDS_KEPT),
    )


def _complaints(found: _Found, headers: Sequence[HeaderBlock]) -> list[BounceReport]:
    """Return one report per recipient who called the mail spam: as it tells, else as the mail was addressed."""
    groups = found.feedback + sns_groups("\n".join(found.texts))
    names = ("original-rcpt-to", "removal-recipient", "final-recipient")
    named = [_address(group, name) for group in groups for name in names]
    named = [address for address in named if address] or [to for header in headers for to in _addresses(header, "to")]
    kind = next((group["feedback-type"] for group in found.feedback if "feedback-type" in group), "abuse")
    named = list(dict.fromkeys(named)) or [""]
    return [
        BounceReport(address, "", "complaint", "", "", "complaint", is_hard=False, words=clean_line(kind, 60))
        for address in named
    ]


def _address(group: Fields, name: str) -> str:
    _, value = typed_value(group.get(name, ""))
    value = re.sub(r"(?i)^(?:rfc822;|smtp:)\s*", "", value)
    return normalise_address(value.split(" ")[0]) or next(
        iter(item.address for item in parse_addresses(value).addresses), ""
    )


def _addresses(header: HeaderBlock, name: str) -> Iterator[str]:
    for value in header.all(name)[:5]:
        for item in parse_addresses(decode_raw_header(value), limit=REPORTS_MOST).addresses:
            yield item.address


def _failed_recipients(header: HeaderBlock) -> list[str]:
    """Return the addresses in X-Failed-Recipients (Exim, Gmail)."""
    return list(dict.fromkeys(_addresses(header, "x-failed-recipients")))


def _message_ids(root: Part, found: _Found, headers: Sequence[HeaderBlock]) -> tuple[str, ...]:
    """Return the ids of the mail that came back: from its header, else from the text, else what the bounce answers."""
    texts = [decode_raw_header(value) for name in _ID_FIELDS for header in headers for value in header.all(name)]
    texts += [group[name] for group in found.feedback for name in ("original-message-id",) if name in group]
    text = "\n".join(found.texts)
    return (
        _ids_in([*texts, *sns_message_ids(text)])
        or _ids_in(match[1] for match in _ID_IN_TEXT.finditer(text[:_PART_CHARS]))
        or _ids_in(decode_raw_header(value) for name in _ANSWERED for value in root.header.all(name))
    )


def _ids_in(texts: Iterable[str]) -> tuple[str, ...]:
    lines = [clean_line(text[: limits.HEADER_BYTES], limits.HEADER_BYTES) for text in texts]
    ids = [match[0] for line in lines for match in _ID.finditer(line)]
    return tuple(dict.fromkeys(ids))[:IDS_MOST]
