"""A received mail put together from the provider's parts, for those of which it has no raw form.

What the provider took apart is written down again as RFC 5322 and MIME, and goes the way of every raw mail.
"""

import re
from collections.abc import Mapping, Sequence
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Any, NamedTuple

from hummdesk.clean_text import clean_file_name, clean_line, join_surrogates

# Tells agents who look at the source that these are not the bytes that were sent.
MARK = "X-HummDesk-Assembled"
_FIELD_NAME = re.compile(r"[!-9;-~]{1,76}")
_CONTENT_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,80}", re.ASCII)
_VALUE_MOST = 16_000
# Where the provider names no headers: its own word for each of them.
_FIELDS = {"From": "from", "To": "to", "Cc": "cc", "Reply-To": "reply_to", "Subject": "subject"}
_FIELDS |= {"Message-ID": "message_id"}


class ReceivedPart(NamedTuple):
    """An attachment: what the provider tells of it, and its content."""

    told: Mapping[str, Any]
    content: bytes


def assembled_mail(mail: Mapping[str, Any], attachments: Sequence[ReceivedPart]) -> bytes:
    """Return a mail made of the provider's headers, its text and HTML, and the attachments."""
    message = MIMEMultipart("mixed")
    for name, value in _header_fields(mail):
        message[name] = value
    message[MARK] = "yes"
    body = MIMEMultipart("alternative")
    for kind in ("text", "html"):
        if isinstance(words := mail.get(kind), str) and words:
            body.attach(MIMEText(join_surrogates(words), "plain" if kind == "text" else "html", "utf-8"))
    message.attach(body)
    for attachment in attachments:
        message.attach(_part(attachment))
    return message.as_bytes()


def _header_fields(mail: Mapping[str, Any]) -> list[tuple[str, str]]:
    headers = mail.get("headers")
    found = {str(name).lower(): (str(name), value) for name, value in headers.items()} if headers else {}
    for name, field in _FIELDS.items():
        found.setdefault(name.lower(), (name, mail.get(field)))
    return [
        (name, _value(value))
        for key, (name, value) in found.items()
        if value and _FIELD_NAME.fullmatch(name) and not key.startswith("content-") and key != "mime-version"
    ]


def _value(value: Any) -> str:
    """Return a header's value without line breaks, as an encoded word where it is not ASCII."""
    text = clean_line(", ".join(map(str, value)) if isinstance(value, list) else str(value), _VALUE_MOST)
    return text if text.isascii() else Header(text, "utf-8").encode()


def _part(attachment: ReceivedPart) -> MIMEBase:
    told = attachment.told
    kind = str(told.get("content_type") or "")
    main, _slash, sub = (kind if _CONTENT_TYPE.fullmatch(kind) else "application/octet-stream").partition("/")
    if main in ("multipart", "message"):
        main, sub = "application", "octet-stream"
    part = MIMEBase(main, sub)
    part.set_payload(attachment.content)
    encode_base64(part)
    is_inline = told.get("content_disposition") == "inline"
    name = clean_file_name(str(told.get("filename") or ""), "attachment")
    part.add_header("Content-Disposition", "inline" if is_inline else "attachment", filename=("utf-8", "", name))
    content_id = clean_line(str(told.get("content_id") or ""), 200).strip("<>")
    if content_id and content_id.isascii():
        part["Content-ID"] = f"<{content_id}>"
    return part
