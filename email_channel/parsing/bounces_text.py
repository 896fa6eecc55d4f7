"""Bounces written for people: whom they name, what the server said, and where the returned mail begins.

Shapes: qmail ("<ann@x.example>:" and a paragraph), Exim (indented), Sendmail (transcripts), Postfix without a report,
Exchange, Notes, Gmail and others. They share that a line with the address alone, or after a few words, comes first and
the server's words follow it.
"""

import re
from dataclasses import dataclass

from email_channel.parsing.addresses import normalise_address

TEXT_READ = 64 * 1024
RECIPIENTS_READ = 100

# Where the returned mail begins, in words.
_RETURNED = re.compile(
    r"^[ \t>]{0,8}(?:[-_=*]{2,60}[ \t]*)?(?:"
    r"(?:this|below|here|following|attached|the) .{0,60}"
    r"(?:copy of (?:the|your) (?:original |undelivered )?(?:message|mail)"
    r"|headers? of the original).{0,60}"
    r"|(?:the |your )?(?:original|returned|unsent|undelivered|bounced|rejected)(?: mail| message| text| e-mail)+"
    r"(?: headers?| header information)?(?: follows?| as follows| is attached| begins?| below| is following)*"
    r"|(?:message|mail) (?:headers?|text|contents?)(?: information)? (?:follows?|below)"
    r"|content-type:[ ]?(?:message/rfc822|text/rfc822-headers)"
    r")[.: \t]*(?:[-_=*]{1,60})?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
# Where it begins without words: a block of fields that only a mail's header has.
_HEADER_BLOCK = re.compile(
    r"^(?:return-path|received|message-id|x-[a-z-]{2,40}|from|to|date|subject|mime-version|delivered-to|dkim-signature"
    r"|arc-[a-z-]{2,40}|content-[a-z-]{2,30}|reply-to|envelope-to)[ \t]?:.{0,2000}\n"
    r"(?:[ \t]{1,8}\S.{0,2000}\n){0,20}"
    r"(?:return-path|received|message-id|x-[a-z-]{2,40}|from|to|date|subject|mime-version|delivered-to|dkim-signature"
    r"|arc-[a-z-]{2,40}|content-[a-z-]{2,30}|reply-to|envelope-to|cc|sender)[ \t]?:",
    re.IGNORECASE | re.MULTILINE,
)
_SURE_FIELD = re.compile(r"^(?:received|message-id|return-path|dkim-signature)[ \t]?:", re.IGNORECASE | re.MULTILINE)
_SPEC = r"[^\s<>()\[\],;:\"'`@|{}*]{1,128}@[A-Za-z0-9][A-Za-z0-9.-]{0,251}[A-Za-z0-9]"
_ADDRESS = re.compile(_SPEC)
# An address that a paragraph is about: alone on its line, or behind a bullet or a few words, with words after it.
_ANCHOR = re.compile(
    rf"^[ \t*>•+-]{{0,12}}(?:(?:to|for|recipient|address|failed recipient|final-recipient|rcpt to|user|mail to"
    rf"|addressed to"
    rf"|could not be delivered to|(?:unable|failed) to deliver(?: message| mail)? to|was not delivered to|unknown user"
    rf"|delivery (?:failed )?to|recipient address)[ \t]{{0,4}}:[ \t]{{0,8}})?"
    rf"[<\"'`(]{{0,2}}(?:smtp:|rfc822;[ ]?|mailto:)?({_SPEC})[>\"'`)]{{0,2}}"
    rf"(?=[ \t]{{0,8}}(?:$|:|\.\.\.|\.?[ \t]*$|\(|\[|;|,|-|[ \t]+(?:on |\d|[A-Z])))",
    re.IGNORECASE | re.MULTILINE,
)
# Sendmail 5 to 8, in transcripts: "550 <ann@x.example>... User unknown".
_QUOTED_ANCHOR = re.compile(rf"^[45]\d\d (?:[45]\.\d\.\d{{1,3}} )?<?({_SPEC})>?\.\.\.[ \t]", re.ASCII | re.MULTILINE)
_DAEMONS = re.compile(r"mailer[-_.]?daemon[^@]{0,40}@", re.IGNORECASE)
_MACHINES = re.compile(
    r"(?:mailer[-_.]?daemon|post[-_]?master|no-?reply|abuse|support|help(?:desk)?|hostmaster|webmaster)[^@]{0,40}@",
    re.IGNORECASE,
)
_TRANSCRIPT = re.compile(r"^[ \t-]{0,12}transcript of session follows[ \t-]{0,12}$", re.IGNORECASE | re.MULTILINE)
_REASON_LINE = re.compile(r"\(reason: ([^\n]{3,600}(?:\n {8,}[^\n]{1,300}){0,4})\)")
_SERVER_LINE = re.compile(r"^<<< ([45]\d\d[^\n]{0,900})", re.MULTILINE)
_BLOCK_CHARS = 8_000
_TRANSCRIPT_CHARS = 1_500


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One recipient and what the text says of the mail to them; `address` is empty where nobody is named."""

    address: str
    words: str


def split_returned(text: str) -> tuple[str, str]:
    """Return what the mail server wrote, and the returned mail that follows in the same text, maybe empty."""
    text = text[:TEXT_READ]
    cuts = [match for match in (_RETURNED.search(text), _header_block(text)) if match]
    if not cuts:
        return text, ""
    first = min(cuts, key=lambda match: match.start())
    return text[: first.start()], text[first.start() :]


def _header_block(text: str) -> re.Match[str] | None:
    for match in _HEADER_BLOCK.finditer(text):
        blank = text.find("\n\n", match.start(), match.start() + _BLOCK_CHARS)
        if _SURE_FIELD.search(text, match.start(), blank if blank >= 0 else match.start() + _BLOCK_CHARS):
            return match
    return None


def paragraphs(text: str, not_these: frozenset[str]) -> list[Paragraph]:
    """Return what the text says of each recipient, in order; none of `not_these` (lower case) is one."""
    anchors = sorted(
        (match.start(), address)
        for pattern in (_ANCHOR, _QUOTED_ANCHOR)
        for match in pattern.finditer(text)
        if (address := normalise_address(match[1])) and address.lower() not in not_these
        if not _DAEMONS.match(address)
    )
    if not anchors:
        return [Paragraph(address, text) for address in addresses_in(text, not_these)[:1]]
    found: dict[str, str] = {}
    for index, (start, address) in enumerate(anchors[:RECIPIENTS_READ]):
        end = anchors[index + 1][0] if index + 1 < len(anchors) else len(text)
        found[address] = f"{found.get(address, '')}\n{text[start:end]}".strip()
    lead = text[: anchors[0][0]]
    return [Paragraph(address, _with_lead(words, lead)) for address, words in found.items()]


def _with_lead(words: str, lead: str) -> str:
    """Return the words; where they are the address alone, what stood before the first address, too."""
    return words if len(words.split()) > 2 else f"{words}\n{lead}"


def addresses_in(text: str, not_these: frozenset[str]) -> list[str]:
    """Return the addresses in the text that a mail may have gone to, each once."""
    found = (normalise_address(match[0].rstrip(".")) for match in _ADDRESS.finditer(text))
    wanted = (address for address in found if address and address.lower() not in not_these)
    return list(dict.fromkeys(address for address in wanted if not _MACHINES.match(address)))


def server_words(text: str) -> str:
    """Return what a Sendmail transcript quotes of the other server, or says itself; empty where there is none."""
    transcript = _TRANSCRIPT.search(text)
    reason = _REASON_LINE.search(text) or (transcript and _SERVER_LINE.search(text, transcript.end()))
    if reason:
        return reason[1]
    return text[transcript.end() : transcript.end() + _TRANSCRIPT_CHARS].strip() if transcript else ""
