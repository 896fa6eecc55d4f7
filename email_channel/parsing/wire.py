"""A `ParsedMail` as bytes and back: it crosses a pipe from the process that parses.

Layout: length of the JSON (4 bytes, big-endian), the JSON, then the contents of the attachments one after another;
their lengths are the `size_bytes` in the JSON.
"""

import json
import struct
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from email_channel.parsing.parsed import (
    BounceReport,
    CalendarEvent,
    MailKind,
    ParsedAddress,
    ParsedAttachment,
    ParsedBounce,
    ParsedMail,
)

_LENGTH = struct.Struct(">I")


def encode_mail(mail: ParsedMail) -> bytes:
    """Return the bytes that `decode_mail` turns back into an equal mail."""
    values = {item.name: getattr(mail, item.name) for item in fields(mail) if item.name != "attachments"}
    for name in ("from_", "sender", "kind", "bounce", "invitation"):
        values[name] = values[name] and asdict(values[name])
    for name in ("reply_to", "to", "cc"):
        values[name] = [asdict(address) for address in values[name]]
    values["date"] = mail.date and mail.date.isoformat()
    values["attachments"] = [_attachment_values(attachment) for attachment in mail.attachments]
    document = json.dumps(values, ensure_ascii=False).encode()
    return b"".join([_LENGTH.pack(len(document)), document, *(item.content for item in mail.attachments)])


def decode_mail(data: bytes) -> ParsedMail:
    """Return the mail that `encode_mail` wrote. Raises ValueError when the bytes are none of its making."""
    try:
        (length,) = _LENGTH.unpack_from(data)
        values: dict[str, Any] = json.loads(data[_LENGTH.size : _LENGTH.size + length])
        return _mail_of(values, memoryview(data)[_LENGTH.size + length :])
    except (struct.error, KeyError, TypeError) as error:
        raise ValueError("not an encoded mail") from error


def _mail_of(values: dict[str, Any], contents: memoryview) -> ParsedMail:
    for name in ("from_", "sender"):
        values[name] = values[name] and ParsedAddress(**values[name])
    for name in ("reply_to", "to", "cc"):
        values[name] = tuple(ParsedAddress(**address) for address in values[name])
    for name in ("references", "delivered_to", "defects"):
        values[name] = tuple(values[name])
    values["headers"] = tuple((name, value) for name, value in values["headers"])
    values["kind"] = MailKind(**values["kind"])
    values["bounce"] = values["bounce"] and _bounce_of(values["bounce"])
    values["invitation"] = values["invitation"] and CalendarEvent(**values["invitation"])
    values["date"] = values["date"] and datetime.fromisoformat(values["date"])
    attachments, position = [], 0
    for item in values["attachments"]:
        content = bytes(contents[position : position + item["size_bytes"]])
        attachments.append(ParsedAttachment(**item, content=content))
        position += item["size_bytes"]
    values["attachments"] = tuple(attachments)
    return ParsedMail(**values)


def _bounce_of(values: dict[str, Any]) -> ParsedBounce:
    reports = tuple(BounceReport(**report) for report in values["reports"])
    return ParsedBounce(reports, tuple(values["message_ids"]))


def _attachment_values(attachment: ParsedAttachment) -> dict[str, Any]:
    return {item.name: getattr(attachment, item.name) for item in fields(attachment) if item.name != "content"}
