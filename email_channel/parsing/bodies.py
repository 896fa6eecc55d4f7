"""Which parts are the body, as text and as HTML, and which are attachments."""

import re
from dataclasses import dataclass, field

from email_channel.parsing.charsets import decode_bytes
from email_channel.parsing.encoded_words import decode_header, decode_words
from email_channel.parsing.header_block import read_header_block
from email_channel.parsing.mime import Part
from email_channel.parsing.parsed import ParsedAttachment
from hummdesk.clean_text import clean_file_name, clean_line, clean_text
from hummdesk.html_text import HTML_CHARS, TEXT_CHARS, html_to_text
from hummdesk.markup import text_to_html

_HTML_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
# Forms of the same text for other programs.
_NEVER_SHOWN = frozenset({"text/x-amp-html", "text/watch-html", "text/enriched"})
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
            return self._read_leaf(part)
        self.attachments.append(self._read_attachment(part))
        return Body()

    def _read_alternative(self, part: Part) -> Body:
        children = [child for child in part.children if child.content_type not in _NEVER_SHOWN]
        bodies = [self.read(child, is_alternative=True) for child in children]
        text = next((body.text for body in bodies if body.text and body.text.strip()), None)
        html = next((body.html for body in reversed(bodies) if body.html), None)
        return Body(text, html)

    def _is_body(self, part: Part, *, is_alternative: bool) -> bool:
        if part.content_type not in ("text/plain", "text/html", "text/enriched"):
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
        text = self._bounded(text, TEXT_CHARS)
        if part.parameters.get("format", "").lower() == "flowed":
            text = _unflow(text, is_space_deleted=part.parameters.get("delsp", "").lower() == "yes")
        return Body(text=text)

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

    def _read_attachment(self, part: Part) -> ParsedAttachment:
        content = part.content()
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
