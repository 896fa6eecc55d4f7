"""What an agent wrote, made fit to be kept, shown and sent."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from conversations.errors import EmptyMessage
from hummdesk.clean_text import clean_text
from hummdesk.errors import ValidationFailed
from hummdesk.markup import text_to_html
from hummdesk.safe_html import html_to_text, sanitise_html

BODY_CHARS = 500_000


@dataclass(frozen=True)
class MessageBody:
    """The same words as sanitised HTML and as text."""

    html: str
    text: str


def message_body(*, html: str = "", text: str = "") -> MessageBody:
    """Return the body of a message that was written as HTML, else as text. Linear in the length.

    Raises: EmptyMessage, ValidationFailed for one of more than 500,000 characters.
    """
    body = draft_body(html=html, text=text)
    if not body.text:
        raise EmptyMessage
    return body


def draft_body(*, html: str = "", text: str = "") -> MessageBody:
    """Return the body of a draft, which may be empty. Raises: ValidationFailed for one that is too long."""
    _check_length("body_html", html)
    _check_length("body_text", text)
    if html.strip():
        # Sanitising may write a sign as several, so that the result can be longer than what came in.
        safe = sanitise_html(clean_text(html, BODY_CHARS))
        return MessageBody(html=safe, text=html_to_text(safe).strip())
    plain = clean_text(text, BODY_CHARS).strip()
    return MessageBody(html=text_to_html(plain), text=plain)


def _check_length(field: str, value: str) -> None:
    if len(value) > BODY_CHARS:
        raise ValidationFailed(errors={field: [_("Use at most %(count)d characters.") % {"count": BODY_CHARS}]})
