"""From a parsed mail to what a conversation stores: safe HTML, text without quotes, files, a name."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext, gettext_lazy

from accounts.email_addresses import email_errors
from conversations.actions.receive_message import IncomingFile, IncomingText
from email_channel.parsing.errors import Unreadable
from email_channel.parsing.parsed import CalendarEvent, ParsedAttachment, ParsedMail
from email_channel.parsing.quotes import split_reply
from email_channel.parsing.reply_html import split_reply_html
from hummdesk.markup import text_to_html
from hummdesk.safe_html import has_look, html_to_text, sanitise_html, sanitise_with_looks

# PostgreSQL takes more, browsers and agents do not; the rest is in the raw mail, which is attached then.
BODY_MAX_LENGTH = 500_000
RECIPIENTS_LOOKED_AT = 100
_LINE_CHARS, _LINE_PX, _PAGE_EDGES_PX, _PAGE_MOST_PX = 90, 22, 40, 6_000
WHOLE_MAIL = "mail.eml"
FALLBACK_ADDRESS = "unknown@invalid"
# What the parser says of a mail that it did not read to its end.
_LEFT_OUT = frozenset({"body_too_long", "too_deep", "too_many_parts"})
_INVITATION_LABELS = {
    "REQUEST": gettext_lazy("Invitation"),
    "CANCEL": gettext_lazy("Cancelled event"),
    "REPLY": gettext_lazy("Answer to an invitation"),
    "COUNTER": gettext_lazy("Other time proposed"),
}
_SENTENCES = {
    Unreadable.TOO_LARGE: gettext_lazy("This mail is too large to be shown."),
    Unreadable.TOO_DEEP: gettext_lazy("This mail could not be read: its parts are nested too deeply."),
    Unreadable.EMPTY: gettext_lazy("This mail is empty."),
    Unreadable.NOT_MAIL: gettext_lazy("This does not look like a mail."),
    Unreadable.TIME_OUT: gettext_lazy("This mail could not be read: it took too long."),
    Unreadable.MEMORY: gettext_lazy("This mail could not be read: it took too much memory."),
    Unreadable.CRASHED: gettext_lazy("This mail could not be read."),
}


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


def other_recipients(mail: ParsedMail) -> list[str]:
    """Return the addresses in To and Cc that a reply can go to, in lower case, each once."""
    named = [recipient.address.lower() for recipient in (*mail.to, *mail.cc)[:RECIPIENTS_LOOKED_AT]]
    return [address for address in dict.fromkeys(named) if not email_errors(address)]


def incoming_text(mail: ParsedMail, raw: bytes) -> IncomingText:
    """Return the visible part of the mail, and what was quoted folded off beside it.

    Where something of the mail is left out for its size, `raw` is attached.
    """
    html, text = (mail.html or "")[:BODY_MAX_LENGTH], (mail.text or "")[:BODY_MAX_LENGTH]
    is_whole = len(html) == len(mail.html or "") and len(text) == len(mail.text or "")
    files = [_file(part) for part in mail.attachments]
    if not is_whole or not _LEFT_OUT.isdisjoint(mail.defects):
        files.append(_as_it_came(raw))
    content = (_from_html(html, text) if html.strip() else None) or _from_text(text)
    for words in _said_besides(mail, content):
        content = _with_words(content, words)
    by_machine = mail.kind.is_auto_reply or mail.kind.is_bounce or mail.kind.is_abuse_report
    return replace(content, files=files, is_automatic=by_machine)


def _said_besides(mail: ParsedMail, content: IncomingText) -> Iterator[str]:
    """Yield what the mail says beside its words: that nobody here can read it, or when the meeting is."""
    if mail.is_encrypted and not content.body_text:
        yield gettext("This mail is encrypted. Save its attachment and open it with your key.")
    if mail.invitation is not None and (words := _about(mail.invitation)):
        yield words


def _about(invitation: CalendarEvent) -> str:
    """Return an event in one line: what, when, where, who."""
    label = _INVITATION_LABELS.get(invitation.method, gettext_lazy("Event"))
    ends = invitation.ends
    if ends[:10] == invitation.begins[:10]:
        ends = ends[11:]
    times = " – ".join(filter(None, (invitation.begins, ends)))
    when = f"{times} ({invitation.zone})" if times and invitation.zone else times
    parts = (invitation.title, when, gettext("repeats") if invitation.is_repeated else "", invitation.place)
    said = " · ".join(filter(None, (*parts, invitation.organiser)))
    return f"{label}: {said}" if said else ""


def _with_words(content: IncomingText, words: str) -> IncomingText:
    """Return a text with a line of ours above it."""
    html = text_to_html(words)
    return replace(
        content,
        body_html=html + content.body_html,
        body_text="\n\n".join(filter(None, (words, content.body_text))),
        page_html=content.page_html and html + content.page_html,
    )


def _from_html(html: str, text: str) -> IncomingText | None:
    """Return what the HTML shows, or None where it shows nothing and the text beside it does."""
    parts = split_reply_html(html)
    visible, quoted = sanitise_html(parts.visible), sanitise_html(parts.quoted)
    shown = html_to_text(visible).strip()
    if not shown and not quoted and "<img" not in visible and text.strip():
        return None
    own_words = split_reply(text).visible.strip() if text.strip() else ""
    page = sanitise_with_looks(parts.visible) if has_look(parts.visible) else ""
    return IncomingText(
        body_html=visible,
        body_text=own_words or shown,
        quoted_html=quoted,
        page_html=page,
        page_height_px=_about_height_px(shown) if page else None,
    )


def _about_height_px(shown: str) -> int:
    """Return how high a page with this text about is, so that little moves when a browser has measured it."""
    line_count = sum(max(1, math.ceil(len(line) / _LINE_CHARS)) for line in shown.split("\n"))
    return min(_PAGE_EDGES_PX + _LINE_PX * line_count, _PAGE_MOST_PX)


def _from_text(text: str) -> IncomingText:
    parts = split_reply(text)
    folded = "\n".join(part for part in (parts.signature, parts.quoted) if part.strip())
    return IncomingText(
        body_html=text_to_html(parts.visible), body_text=parts.visible.strip(), quoted_html=text_to_html(folded)
    )


def _file(part: ParsedAttachment) -> IncomingFile:
    return IncomingFile(
        name=part.name,
        content=part.content,
        content_id=part.content_id or "",
        is_inline=part.is_inline,
    )


def _as_it_came(raw: bytes) -> IncomingFile:
    return IncomingFile(name=WHOLE_MAIL, content=raw)


def unreadable_text(raw: bytes, reason: Unreadable) -> IncomingText:
    """Return what stands for a mail that cannot be read: why that is, and the mail itself attached as it came."""
    fate = gettext("It is attached as it came.") if raw else gettext("Its file is missing.")
    words = f"{_SENTENCES[reason]} {fate}"
    files = [_as_it_came(raw)] if raw else []
    return IncomingText(body_html=text_to_html(words), body_text=words, unreadable_reason=str(reason), files=files)
