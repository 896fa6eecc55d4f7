"""Outgoing mail as bytes (RFC 5322), and Message-IDs that only we can make."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime
from uuid import UUID

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@\\\x00-\x1f\x7f]{1,128}@[^\s<>()\[\],;:\"@\\\x00-\x1f\x7f]{1,253}")
_MESSAGE_ID = re.compile(r"<[^\s<>\x00-\x1f\x7f]{3,900}>")
_CONTENT_TYPE = re.compile(r"([a-z0-9][a-z0-9!#$&^_.+-]{0,80})/([a-z0-9][a-z0-9!#$&^_.+-]{0,80})", re.IGNORECASE)
_OUR_ID = re.compile(r"<([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22})@[^<>@\s]{1,253}>")
_URL = re.compile(r"https?://[!-;=?-~]{1,900}")
_WORD_CHARS = 200
_RANDOM_BYTES = 12
_MAC_BYTES = 16
# The first id and the newest are what mail programs thread by; RFC 5322 section 2.1.1 bounds the line.
REFERENCES_MOST = 20
# No machine answers a mail that a machine has sent (RFC 3834; Exchange has its own word for it).
AUTOMATIC_HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
_POLICY = policy.compat32.clone(linesep="\r\n", max_line_length=None, mangle_from_=False)


class Uncomposable(ValueError):
    """A value that must not go into a header: `field` names it."""

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        super().__init__(f"{field} {why}")


@dataclass(frozen=True, slots=True)
class MailAddress:
    """A display name, maybe empty, and an address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """An attachment; with a `content_id` it is an image that the HTML shows in place."""

    name: str
    content_type: str
    content: bytes
    content_id: str | None = None


def compose_mail(  # noqa: PLR0913 - the fields of a mail
    *,
    from_: MailAddress,
    to: Sequence[MailAddress],
    cc: Sequence[MailAddress] = (),
    subject: str,
    text: str,
    html: str,
    message_id: str,
    in_reply_to: str | None = None,
    references: Sequence[str] = (),
    reply_to: MailAddress | None = None,
    date: datetime,
    attachments: Sequence[OutgoingFile] = (),
    automatic: bool = False,
    unsubscribe_url: str = "",
) -> bytes:
    """Return a mail with CRLF line ends, in ASCII: text and HTML as alternatives, then the files.

    `date` is aware. `automatic` marks the mail so that no machine answers it (RFC 3834). Bcc is for the envelope.
    Raises Uncomposable when a value holds a line break, or is no address, no Message-ID or no media type.
    """
    mail = _body(text, html, attachments)
    _set_boundaries(mail, message_id)
    _set(mail, "From", [_mailbox("from_", from_)])
    _set(mail, "To", [_mailbox("to", mailbox) for mailbox in to])
    _set(mail, "Cc", [_mailbox("cc", mailbox) for mailbox in cc])
    _set(mail, "Reply-To", [_mailbox("reply_to", reply_to)] if reply_to else [])
    mail["Subject"] = _encoded(_one_line("subject", subject), first_line_room=67)
    mail["Date"] = format_datetime(date.astimezone(UTC))
    mail["Message-ID"] = _checked_id("message_id", message_id)
    if in_reply_to:
        mail["In-Reply-To"] = _checked_id("in_reply_to", in_reply_to)
    _set(mail, "References", _chain(references, in_reply_to), joiner=" ")
    for name, value in unsubscribe_headers(unsubscribe_url).items():
        mail[name] = value
    for name, value in AUTOMATIC_HEADERS.items() if automatic else ():
        mail[name] = value
    return mail.as_bytes(policy=_POLICY)


def unsubscribe_headers(url: str) -> dict[str, str]:
    """Return the fields by which mail programs offer to get no more mail, none without an address of a page of ours.

    Source: RFC 2369, RFC 8058. Raises: Uncomposable.
    """
    if not url:
        return {}
    if not _URL.fullmatch(url):
        raise Uncomposable("unsubscribe_url", "is no address of the web")
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _set(mail: Message, name: str, values: Sequence[str], joiner: str = ", ") -> None:
    """Add a field whose values stand on lines of their own, so that no line is broken inside one."""
    if values:
        mail[name] = joiner.join(values) if len(values) == 1 else (joiner.rstrip() + "\n ").join(values)


def _chain(references: Sequence[str], in_reply_to: str | None) -> list[str]:
    """Return the ids of the thread, oldest first, the one answered last; of many the first and the newest."""
    ids = [_checked_id("references", item) for item in (*references, *([in_reply_to] if in_reply_to else []))]
    ids = list(reversed(dict.fromkeys(reversed(ids))))
    return ids if len(ids) <= REFERENCES_MOST else [ids[0], *ids[1 - REFERENCES_MOST :]]


def _one_line(field: str, value: str) -> str:
    if re.search(r"[\r\n\x00\x0b\x0c\x85\u2028\u2029]", value):
        raise Uncomposable(field, "holds a line break")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Uncomposable(field, "is not valid Unicode") from error
    return value


def _checked_id(field: str, value: str) -> str:
    if not value.isascii() or not _MESSAGE_ID.fullmatch(value):
        raise Uncomposable(field, "is no Message-ID")
    return value


def _mailbox(field: str, mailbox: MailAddress) -> str:
    name, address = _one_line(field, mailbox.name).strip(), _one_line(field, mailbox.address)
    if not address.isascii() or not _ADDRESS.fullmatch(address):
        raise Uncomposable(field, "is no address that plain SMTP can carry")
    if not name:
        return address
    if _is_plain(name):
        escaped = re.sub(r'(["\\])', r"\\\1", name)
        return f'"{escaped}" <{address}>'
    return f"{_encoded(name, first_line_room=60)} <{address}>"


def _encoded(text: str, *, first_line_room: int) -> str:
    """Return text for a header, in encoded words where it must be (RFC 2047), its lines folded."""
    return Header(text, "us-ascii" if _is_plain(text) else "utf-8", first_line_room).encode()


def _is_plain(text: str) -> bool:
    """Whether text can stand in a header as it is: a word that looks encoded would be decoded on arrival."""
    return text.isascii() and "=?" not in text and max(map(len, text.split()), default=0) < _WORD_CHARS


def _body(text: str, html: str, attachments: Sequence[OutgoingFile]) -> Message:
    """Return the parts: images that the HTML shows stand beside it, other files behind all (RFC 2387)."""
    shown = [item for item in attachments if item.content_id]
    page: Message = _text_part(html, "html")
    if shown:
        page = _multipart("related", [page, *map(_file_part, shown)])
    body = _multipart("alternative", [_text_part(text, "plain"), page])
    files = [item for item in attachments if not item.content_id]
    return _multipart("mixed", [body, *map(_file_part, files)]) if files else body


def _set_boundaries(mail: Message, message_id: str) -> None:
    """Name the boundaries after the mail, so that composing it again gives the same bytes.

    They begin with `=_`, which neither base64 nor quoted-printable contains (RFC 2045 section 6.7).
    """
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        digest = hashlib.sha256(f"{message_id}/{number}".encode()).hexdigest()
        part.set_param("boundary", f"=_{digest[:32]}")


def _multipart(subtype: str, parts: Sequence[Message]) -> MIMEMultipart:
    return MIMEMultipart(subtype, _subparts=list(parts), policy=_POLICY)


def _text_part(content: str, subtype: str) -> MIMENonMultipart:
    charset = Charset("utf-8")
    charset.body_encoding = QP
    part = MIMENonMultipart("text", subtype, policy=_POLICY, charset="utf-8")
    part.set_payload(content.encode("utf-8", "replace").decode(), charset)
    return part


def _file_part(file: OutgoingFile) -> MIMEBase:
    media = _CONTENT_TYPE.fullmatch(_one_line("content_type", file.content_type))
    if media is None:
        raise Uncomposable("content_type", "is no media type")
    # A mail within a mail must not be encoded (RFC 2046 section 5.2.1), so it travels as a file.
    is_nested = media[1].lower() in ("message", "multipart")
    part = MIMEBase("application", "octet-stream") if is_nested else MIMEBase(media[1], media[2])
    part.policy = _POLICY
    part.set_payload(base64.encodebytes(file.content).decode("ascii"))
    part["Content-Transfer-Encoding"] = "base64"
    name = _one_line("name", file.name)
    parameter = name if name.isascii() else ("utf-8", "", name)
    part.add_header("Content-Disposition", "inline" if file.content_id else "attachment", filename=parameter)
    if file.content_id:
        part["Content-ID"] = _checked_id("content_id", f"<{file.content_id}>")
    return part


def make_message_id(conversation_id: UUID, *, account: str, domain: str, secret: bytes) -> str:
    """Return a new Message-ID that leads back to the conversation and that nobody else can make.

    Layout: `<conversation.random.mac@domain>` in base64url; the key is bound to account, conversation and random part.
    """
    random_part = secrets.token_bytes(_RANDOM_BYTES)
    parts = (conversation_id.bytes, random_part, _mac(conversation_id, random_part, account, secret))
    return _checked_id("message_id", f"<{'.'.join(map(_to_text, parts))}@{domain}>")


def read_message_id(message_id: str, *, account: str, secret: bytes) -> UUID | None:
    """Return the conversation that one of our Message-IDs names; None where it is not ours or of another account."""
    match = _OUR_ID.fullmatch(message_id.strip())
    if match is None:
        return None
    conversation_id, random_part, mac = UUID(bytes=_from_text(match[1])), _from_text(match[2]), _from_text(match[3])
    is_ours = hmac.compare_digest(mac, _mac(conversation_id, random_part, account, secret))
    return conversation_id if is_ours else None


def _mac(conversation_id: UUID, random_part: bytes, account: str, secret: bytes) -> bytes:
    signed = b"\x00".join([b"message-id", account.encode(), conversation_id.bytes + random_part])
    return hmac.new(secret, signed, hashlib.sha256).digest()[:_MAC_BYTES]


def _to_text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def _from_text(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
