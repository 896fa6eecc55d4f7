"""What is refused before parsing: cheap and linear, so that it runs where the mail comes in."""

import re

from email_channel.parsing import limits
from email_channel.parsing.errors import Unreadable

_FIELD = re.compile(rb"(?:\A|[\r\n])[ \t]*[!-9;-~]{1,200}[ \t]*:")
_SCANNED_BYTES = 256 * 1024


def refusal(raw: bytes, max_bytes: int = limits.MAIL_BYTES) -> Unreadable | None:
    """Return why a mail is not worth parsing, or None.

    Depth, parts, and the length of headers are no reason: the parser stops at its limits and keeps what it has.
    """
    if len(raw) > max_bytes:
        return Unreadable.TOO_LARGE
    head = raw[:_SCANNED_BYTES]
    if not head.strip(b" \t\r\n"):
        return Unreadable.EMPTY if len(raw) <= _SCANNED_BYTES else Unreadable.NOT_MAIL
    return None if _FIELD.search(head) else Unreadable.NOT_MAIL
