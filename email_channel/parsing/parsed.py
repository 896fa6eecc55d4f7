"""What a mail says, after parsing: plain values that any store takes.

Strings hold no NUL and no lone surrogate; values of headers hold no CR or LF; lengths are bounded by `limits`.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """A display name, maybe empty, and an addr-spec (RFC 5322 section 3.4.1) with its domain in lower case."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """A part that is no body text. `content` is decoded; a mail within a mail is kept whole as `.eml`."""

    name: str
    content_type: str
    content_id: str | None
    is_inline: bool
    size_bytes: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """An event that a mail invites to, or `method` CANCEL, REPLY... (RFC 5546 section 1.4).

    `begins` and `ends` are wall-clock times in `zone` ("2026-11-24 10:00", or a day alone); all may be empty.
    """

    method: str = ""
    title: str = ""
    begins: str = ""
    ends: str = ""
    zone: str = ""
    place: str = ""
    organiser: str = ""
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class MailKind:
    """What sort of sender wrote: a person, when all is false. Several may be true at once.

    `is_unattended` means that nobody reads what is sent to the author's address (no-reply and the like).
    """

    is_auto_reply: bool = False
    is_bounce: bool = False
    is_abuse_report: bool = False
    is_list: bool = False
    is_unattended: bool = False
    list_id: str | None = None

    @property
    def is_returned(self) -> bool:
        """Whether this is about a mail that was sent, a bounce or a complaint: it opens and joins nothing."""
        return self.is_bounce or self.is_abuse_report

    @property
    def is_automatic(self) -> bool:
        """Whether a machine wrote, so that no machine may answer."""
        return self.is_auto_reply or self.is_returned or self.is_list or self.is_unattended


@dataclass(frozen=True, slots=True)
class BounceReport:
    """What became of a mail to one recipient, whose address may be unknown and empty.

    `action` is RFC 3464's (failed, delayed, delivered, relayed, expanded) or `complaint`. `status` is RFC 3463's, or
    one of ours under `x.0.9nn` where the server gave none (`bounces_codes`). `is_hard`: the address itself is wrong.
    `words` are the server's own.
    """

    recipient: str
    original_recipient: str
    action: str
    status: str
    reply_code: str
    reason: str
    is_hard: bool
    words: str


@dataclass(frozen=True, slots=True)
class ParsedBounce:
    """What a bounce, or a complaint (RFC 5965), tells of a mail that somebody sent.

    `message_ids` are the ids that the mail may have, its own first, with their brackets: from the returned header,
    else from the text, else those that the bounce answers.
    """

    reports: tuple[BounceReport, ...] = ()
    message_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """One mail.

    `html` is raw: pass it through `sanitise_html` before it is shown. `date` is aware, UTC.
    `is_encrypted`: all that it says is in an attachment that only the right key opens (S/MIME, PGP).
    `headers` are in order of appearance, decoded. `recipient_count` counts To and Cc before the cap.
    `bounce` is there for bounces and abuse reports.
    """

    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    subject: str = ""
    from_: ParsedAddress | None = None
    sender: ParsedAddress | None = None
    reply_to: tuple[ParsedAddress, ...] = ()
    to: tuple[ParsedAddress, ...] = ()
    cc: tuple[ParsedAddress, ...] = ()
    delivered_to: tuple[str, ...] = ()
    return_path: str | None = None
    recipient_count: int = 0
    date: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()
    text: str | None = None
    html: str | None = None
    attachments: tuple[ParsedAttachment, ...] = ()
    kind: MailKind = MailKind()
    bounce: ParsedBounce | None = None
    invitation: CalendarEvent | None = None
    is_encrypted: bool = False
    defects: tuple[str, ...] = ()

    @property
    def author(self) -> ParsedAddress | None:
        """Who wrote: From, else Sender, else the first Reply-To."""
        return self.from_ or self.sender or (self.reply_to[0] if self.reply_to else None)
