"""From a parsed mail to what a conversation stores: safe HTML, text without quotes, files, a name."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from conversations.actions.receive_message import IncomingFile, IncomingText
from email_channel.parsing.errors import Unreadable
from email_channel.parsing.html import html_to_text, sanitise_html, split_reply_html
from email_channel.parsing.parsed import ParsedMail
from email_channel.parsing.plain_text import text_to_html
from email_channel.parsing.quotes import split_reply

# PostgreSQL takes more, browsers and agents do not; the rest is in the raw mail, which is attached then.
BODY_MAX_LENGTH = 500_000
FALLBACK_ADDRESS = "unknown@invalid"


@dataclass(frozen=True)
class Author:
    """Who wrote: the address the answer goes to, and the name they gave themselves."""

    address: str
    name: str


def author_of(mail: ParsedMail, envelope_sender: str) -> Author:
    """Return the author: From, else Sender, else Reply-To, else the envelope's sender, else nobody known."""
    author = mail.author
    if author is not None and author.address:
        return Author(author.address.lower(), author.name)
    return Author(envelope_sender.lower() or FALLBACK_ADDRESS, author.name if author else "")


def incoming_text(mail: ParsedMail) -> IncomingText:
    """Return the visible part of the mail, and what was quoted folded off beside it."""
    files = [
        IncomingFile(
            name=part.name,
            content_type=part.content_type,
            content=part.content,
            content_id=part.content_id or "",
            is_inline=part.is_inline,
        )
        for part in mail.attachments
    ]
    if mail.html and mail.html.strip():
        return _from_html(mail, files)
    parts = split_reply((mail.text or "")[:BODY_MAX_LENGTH])
    folded = "\n".join(part for part in (parts.signature, parts.quoted) if part.strip())
    return IncomingText(
        body_html=text_to_html(parts.visible),
        body_text=parts.visible.strip(),
        quoted_html=text_to_html(folded),
        files=files,
    )


def _from_html(mail: ParsedMail, files: list[IncomingFile]) -> IncomingText:
    parts = split_reply_html((mail.html or "")[:BODY_MAX_LENGTH])
    visible, quoted = sanitise_html(parts.visible), sanitise_html(parts.quoted)
    own_words = split_reply(mail.text[:BODY_MAX_LENGTH]).visible if mail.text else html_to_text(visible)
    return IncomingText(body_html=visible, body_text=own_words.strip(), quoted_html=quoted, files=files)


def unreadable_text(raw: bytes, reason: Unreadable) -> IncomingText:
    """Return what stands for a mail that cannot be read: a sentence, and the mail itself attached as it came."""
    sentence = _("This mail could not be read (%(reason)s). It is attached as it came.") % {"reason": reason}
    file = IncomingFile(name="mail.eml", content_type="message/rfc822", content=raw)
    return IncomingText(
        body_html=text_to_html(sentence), body_text=sentence, unreadable_reason=str(reason), files=[file]
    )
