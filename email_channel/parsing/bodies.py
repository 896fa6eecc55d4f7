"""Which parts are the body, as text and as HTML, and which are attachments."""

import re
from dataclasses import dataclass, field

from email_channel.parsing import limits
from email_channel.parsing.charsets import decode_bytes
from email_channel.parsing.encoded_words import decode_header, decode_words
from email_channel.parsing.header_block import read_header_block
from email_channel.parsing.invitations import read_invitation
from email_channel.parsing.mime import Part, PartReader, is_content_type
from email_channel.parsing.parsed import CalendarEvent, ParsedAttachment
from email_channel.parsing.shells import (
    NotSigned,
    is_enveloped,
    is_pgp_encrypted,
    mail_in_signed,
    typed_files,
    without_clear_signature,
)
from email_channel.parsing.tnef import BrokenTnef, read_tnef
from hummdesk.clean_text import clean_file_name, clean_line, clean_text
from hummdesk.html_text import HTML_CHARS, TEXT_CHARS, html_to_text
from hummdesk.markup import text_to_html

_HTML_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
# Forms of the same text for other programs.
_NEVER_SHOWN = frozenset({"text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_CALENDARS = frozenset({"text/calendar", "application/ics"})
_ENRICHED = frozenset({"text/enriched", "text/richtext"})
_BODY_TYPES = frozenset({"text/plain", "text/html"}) | _ENRICHED
_COMMAND = re.compile(r"<(?:(<)|/?[A-Za-z-]{1,60}>)")
# Mails within signed mails.
_SHELLS_MOST = 3
_EXTENSIONS = {
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "text/rfc822-headers": ".txt",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "application/ms-tnef": ".dat",
    "application/pdf": ".pdf",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/pgp-signature": ".asc",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
}


@dataclass(frozen=True, slots=True)
class Body:
    """A body in either form; None where the mail does not give it."""

    text: str | None = None
    html: str | None = None


@dataclass(slots=True)
class BodyReader:
    """Walks over the parts once and gathers attachments and defects on the way."""

    attachments: list[ParsedAttachment] = field(default_factory=list)
    defects: set[str] = field(default_factory=set)
    has_body: bool = False
    invitation: CalendarEvent | None = None
    is_encrypted: bool = False
    shell_count: int = 0

    def read(self, part: Part, *, is_alternative: bool = False) -> Body:
        """Return the body that a part and its children make."""
        if part.content_type == "multipart/alternative":
            return self._read_alternative(part)
        if part.children:
            return _join([self.read(child) for child in part.children])
        if part.content_type.startswith("multipart/"):
            return Body()
        if self._is_body(part, is_alternative=is_alternative):
            self.has_body = True
            # Somebody who sends nothing but a text file sends a file, whose name and bytes count.
            if part.content_type == "text/plain" and self._name_of(part) and not is_alternative:
                self.attachments.append(self._read_attachment(part))
            return self._read_leaf(part)
        return self._read_file(part)

    def _read_file(self, part: Part) -> Body:
        """Take an attachment, or the words and files that are inside of it."""
        if part.content_type in _TNEF or self._name_of(part).lower() == "winmail.dat":
            return self._read_tnef(part)
        if part.content_type in _SMIME:
            return self._read_smime(part)
        attachment = self._read_attachment(part)
        # Calendars come twice: once for programs that show them in place, once as a file.
        if part.content_type not in _CALENDARS or attachment.content not in self._calendars():
            self.attachments.append(attachment)
        return Body()

    def _calendars(self) -> list[bytes]:
        return [item.content for item in self.attachments if item.content_type in _CALENDARS]

    def _read_alternative(self, part: Part) -> Body:
        children = [child for child in part.children if child.content_type not in _NEVER_SHOWN]
        bodies = [self.read(child, is_alternative=True) for child in children]
        text = next((body.text for body in bodies if body.text and body.text.strip()), None)
        html = next((body.html for body in reversed(bodies) if body.html), None)
        return Body(text, html)

    def _read_tnef(self, part: Part) -> Body:
        """Take the files out of a winmail.dat; its text is the body where the mail has no other."""
        try:
            found = read_tnef(part.content())
        except BrokenTnef:
            self.defects.add("tnef_broken")
            self.attachments.append(self._read_attachment(part))
            return Body()
        for file in found.files:
            self._add_file(file.name, file.content, file.content_type, file.content_id or None)
        if found.rtf and not (self.has_body or found.text or found.html):
            self._add_file("message.rtf", found.rtf, "application/rtf")
        if self.has_body or not (found.text or found.html):
            return Body()
        self.has_body = True
        return Body(self._bounded(found.text, TEXT_CHARS) or None, self._bounded(found.html, HTML_CHARS) or None)

    def _read_smime(self, part: Part) -> Body:
        """Read the mail inside of signed data; what is encrypted, or no shell at all, is a file."""
        content = part.content()
        self.is_encrypted = self.is_encrypted or is_enveloped(content)
        self.shell_count += 1
        try:
            inner = mail_in_signed(content) if self.shell_count <= _SHELLS_MOST else b""
        except NotSigned:
            inner = b""
        if not inner.strip():
            self.attachments.append(self._read_attachment(part))
            return Body()
        reader = PartReader(inner, part_count=limits.PART_COUNT // 2, defects=self.defects)
        return self.read(reader.read(0, len(inner)))

    def _is_body(self, part: Part, *, is_alternative: bool) -> bool:
        if part.content_type not in _BODY_TYPES:
            return False
        disposition, _ = part.disposition()
        if disposition == "attachment":
            return False
        # A named text after the first is a file that some programs show in place.
        return not self.has_body or is_alternative or not self._name_of(part)

    def _read_leaf(self, part: Part) -> Body:
        text = self._decode_text(part)
        if part.content_type == "text/html":
            return Body(html=self._bounded(text, HTML_CHARS))
        text = self._without_shells(self._bounded(text, TEXT_CHARS))
        if part.content_type in _ENRICHED:
            text = _without_commands(text)
        if part.parameters.get("format", "").lower() == "flowed":
            text = _unflow(text, is_space_deleted=part.parameters.get("delsp", "").lower() == "yes")
        return Body(text=text)

    def _without_shells(self, text: str) -> str:
        """Return text without what programs typed around the words; files among them become attachments."""
        if "\nend" in text and "begin " in text:
            text, files = typed_files(text)
            for name, content in files:
                self._add_file(name, content, "application/octet-stream")
        if "-----BEGIN PGP" in text:
            self.is_encrypted = self.is_encrypted or is_pgp_encrypted(text)
            text = without_clear_signature(text)
        return text

    def _decode_text(self, part: Part) -> str:
        content = part.content()
        label = part.parameters.get("charset")
        if not label and part.content_type == "text/html" and (meta := _HTML_CHARSET.search(content[:4096])):
            label = meta[1].decode("ascii")
        decoded = decode_bytes(content, label)
        if decoded.is_guess and label:
            self.defects.add("charset_wrong")
        return decoded.text

    def _bounded(self, text: str, limit: int) -> str:
        if len(text) > limit:
            self.defects.add("body_too_long")
        return clean_text(text, limit)

    def _name_of(self, part: Part) -> str:
        _, parameters = part.disposition()
        return parameters.get("filename") or parameters.get("name") or decode_words(part.parameters.get("name", ""))

    def _add_file(self, name: str, content: bytes, content_type: str, content_id: str | None = None) -> None:
        """Take a file that was no part of its own."""
        if len(self.attachments) >= limits.PART_COUNT:
            self.defects.add("too_many_parts")
            return
        content_type = content_type if is_content_type(content_type) else "application/octet-stream"
        fallback = f"attachment-{len(self.attachments) + 1}{_EXTENSIONS.get(content_type, '.bin')}"
        self.attachments.append(
            ParsedAttachment(
                name=clean_file_name(name, fallback),
                content_type=content_type,
                content_id=content_id and clean_line(content_id, limits.MESSAGE_ID_CHARS),
                is_inline=content_id is not None,
                size_bytes=len(content),
                content=content,
            )
        )

    def _read_attachment(self, part: Part) -> ParsedAttachment:
        content = part.content()
        if part.content_type in _CALENDARS and self.invitation is None:
            self.invitation = read_invitation(content, part.parameters.get("charset"))
        elif part.content_type == "application/pgp-encrypted":
            self.is_encrypted = True
        disposition, _ = part.disposition()
        content_id = part.content_id()
        return ParsedAttachment(
            name=clean_file_name(self._name_of(part), self._fallback_name(part, content)),
            content_type=part.content_type,
            content_id=content_id,
            is_inline=disposition != "attachment" and content_id is not None,
            size_bytes=len(content),
            content=content,
        )

    def _fallback_name(self, part: Part, content: bytes) -> str:
        extension = _EXTENSIONS.get(part.content_type, ".bin")
        if part.content_type == "application/ms-tnef":
            return "winmail.dat"
        if part.content_type in _CALENDARS:
            return "invite.ics"
        if extension == ".eml":
            inner = read_header_block(content, 0, len(content))
            subject = clean_line(decode_header(inner.first("subject") or b""), 80)
            return clean_file_name(re.sub(r"[/\\.]", "_", subject) + extension, "message.eml")
        return f"attachment-{len(self.attachments) + 1}{extension}"


def _join(bodies: list[Body]) -> Body:
    """Return bodies that follow one another as one; each form holds all of them."""
    bodies = [body for body in bodies if body.text or body.html]
    if len(bodies) <= 1:
        return bodies[0] if bodies else Body()
    text = html = None
    if any(body.text for body in bodies):
        text = "\n".join(body.text or html_to_text(body.html or "") for body in bodies)
    if any(body.html for body in bodies):
        html = "\n".join(body.html or text_to_html(body.text or "") for body in bodies)
    return Body(text and text[:TEXT_CHARS], html and html[:HTML_CHARS])


def _without_commands(text: str) -> str:
    """Return enriched text as plain text (RFC 1896)."""
    return _COMMAND.sub(r"\1", text)


def _unflow(text: str, *, is_space_deleted: bool) -> str:
    """Return format=flowed text with its paragraphs on one line each (RFC 3676 section 4)."""
    lines: list[str] = []
    is_open, open_depth = False, 0
    for raw_line in text.split("\n"):
        content = raw_line.lstrip(">")
        depth = len(raw_line) - len(content)
        content = content.removeprefix(" ")
        is_signature = content == "-- "
        if is_open and depth == open_depth and not is_signature:
            lines.append(content)
        else:
            prefix = "\n" + ">" * depth + (" " if depth else "")
            lines.append(prefix + content)
        is_open, open_depth = content.endswith(" ") and not is_signature, depth
        if is_open and is_space_deleted:
            lines[-1] = lines[-1][:-1]
    return "".join(lines).removeprefix("\n")
