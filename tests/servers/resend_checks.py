"""What Resend refuses of a mail that is handed to it.

Source: resend.com/docs/api-reference/emails/send-email and /errors.
"""

import base64
import re
from dataclasses import dataclass, field
from typing import Any

_ADDRESS = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\"]+")
_MAILBOX = re.compile(r"(?:(?P<name>\"[^\"]*\"|[^<>\"]*) )?<(?P<address>[^<>]+)>")


@dataclass(frozen=True)
class Answer:
    """A status with its JSON."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


def error(status: int, name: str, message: str) -> Answer:
    """Return an error as the API words it."""
    return Answer(status, {"statusCode": status, "name": name, "message": message})


def complaint_about(body: dict[str, Any]) -> Answer | None:
    """Return what is wrong with a mail to be sent, None when it is taken."""
    for name in ("from", "to", "subject"):
        if not body.get(name):
            return error(422, "missing_required_field", f"Missing `{name}` field.")
    if not (body.get("html") or body.get("text")):
        return error(422, "missing_required_field", "Missing `html` or `text` field.")
    recipients = recipients_of(body)
    if len(recipients) > 50:
        return error(422, "validation_error", "Invalid `to` field. At most 50 recipients.")
    copies = [(name, copy) for name in ("cc", "bcc") for copy in body.get(name) or ()]
    for name, mailbox in [("from", body["from"]), *(("to", recipient) for recipient in recipients), *copies]:
        if not _is_mailbox(mailbox):
            return error(422, "validation_error", f"Invalid `{name}` field.")
    headers = body.get("headers") or {}
    if not all(isinstance(value, str) and not re.search(r"[\r\n\x00]", value) for value in headers.values()):
        return error(422, "validation_error", "Invalid `headers` field.")
    files = body.get("attachments") or ()
    broken = error(422, "invalid_attachment", "Attachment must have either a `content` or `path`.")
    return None if all(map(_is_file, files)) else broken


def recipients_of(body: dict[str, Any]) -> list[str]:
    """Return whom a mail is to, as it was written."""
    return body["to"] if isinstance(body["to"], list) else [body["to"]]


def _is_file(attachment: dict[str, Any]) -> bool:
    try:
        base64.b64decode(attachment["content"], validate=True)
    except (KeyError, ValueError):
        return False
    return bool(attachment.get("filename"))


def _is_mailbox(text: object) -> bool:
    if not isinstance(text, str) or re.search(r"[\r\n\x00]", text):
        return False
    match = _MAILBOX.fullmatch(text)
    return _ADDRESS.fullmatch(match["address"] if match else text) is not None
