"""What Resend has received: list, one mail, its raw form and its attachments behind links that expire.

Source: resend.com/docs/api-reference/emails/list-received-emails, /retrieve-received-email,
/list-received-email-attachments and resend.com/docs/webhooks/emails/received.
"""

import email
import email.policy
import secrets
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cached_property
from typing import Any

from tests.servers.resend_webhooks import iso

LINK_LASTS_S = 3600


@dataclass(frozen=True)
class ReceivedMail:
    """A mail in the provider's store; `at` is when it came (seconds)."""

    id: str
    raw: bytes
    to: Sequence[str]
    cc: Sequence[str]
    bcc: Sequence[str]
    received_for: Sequence[str]
    at: float

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """What a webhook and a list tell of it."""
        message = _parsed(self.raw)
        return {
            "created_at": iso(self.at),
            "from": _header(message, "From"),
            "to": list(self.to),
            "cc": list(self.cc),
            "bcc": list(self.bcc),
            "received_for": list(self.received_for),
            "message_id": _header(message, "Message-ID"),
            "subject": _header(message, "Subject"),
            "attachments": [attachment for attachment, _content in self.attachments()],
        }

    def attachments(self) -> list[tuple[dict[str, Any], bytes]]:
        """Return what is told of each attachment, with its content."""
        found = []
        with suppress(Exception):  # what the standard parser does with hostile mail is not what tests are about
            for number, part in enumerate(_parsed(self.raw).iter_attachments()):
                content = part.get_payload(decode=True)
                content = content if isinstance(content, bytes) else part.as_bytes()
                told = {
                    "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.id}/{number}")),
                    "filename": part.get_filename(),
                    "content_type": part.get_content_type(),
                    "content_disposition": part.get_content_disposition(),
                    "content_id": part.get("Content-ID"),
                    "size": len(content),
                }
                found.append((told, content))
        return found


@dataclass
class Inbox:
    """The received mails by id, and the links that were given out: path → (content, expires at).

    Of mails `without_raw` there is no raw form, as `"raw": null` of the API tells.
    """

    mails: dict[str, ReceivedMail] = field(default_factory=dict)
    links: dict[str, tuple[bytes, float]] = field(default_factory=dict)
    without_raw: set[str] = field(default_factory=set)

    def add(self, raw: bytes, to: Sequence[str], *, at: float, **more: Sequence[str]) -> ReceivedMail:
        """Keep a mail; `more` are cc, bcc, received_for."""
        others = {name: more.get(name, ()) for name in ("cc", "bcc", "received_for")}
        mail = ReceivedMail(str(uuid.uuid4()), raw, to, at=at, **others)
        self.mails[mail.id] = mail
        return mail

    def page(self, *, limit: int, after: str, before: str) -> dict[str, Any]:
        """Return a page of the list, newest first."""
        mails = sorted(self.mails.values(), key=lambda mail: mail.at, reverse=True)
        ids = [mail.id for mail in mails]
        if before in ids:
            mails = mails[max(0, ids.index(before) - limit) : ids.index(before)]
            has_more = ids.index(before) > limit
        else:
            mails = mails[ids.index(after) + 1 :] if after in ids else mails
            has_more = len(mails) > limit
        rows = [{"id": mail.id, **mail.metadata} for mail in mails[:limit]]
        return {"object": "list", "has_more": has_more, "data": rows}

    def whole(self, mail: ReceivedMail, *, url: str, now: float) -> dict[str, Any]:
        """Return one mail with a link to its raw form."""
        return {
            "object": "email",
            "id": mail.id,
            **mail.metadata,
            "headers": {name.lower(): str(value) for name, value in _parsed(mail.raw[:65536]).raw_items()},
            "html": _body(mail.raw, "html"),
            "text": _body(mail.raw, "plain"),
            "reply_to": [],
            "raw": None if mail.id in self.without_raw else self.link(mail.raw, url=url, now=now),
        }

    def attachment_list(self, mail: ReceivedMail, *, url: str, now: float) -> list[dict[str, Any]]:
        """Return the attachments with a link to each."""
        return [told | self.link(content, url=url, now=now) for told, content in mail.attachments()]

    def link(self, content: bytes, *, url: str, now: float) -> dict[str, str]:
        """Return a new link to these bytes, good for an hour."""
        path = f"/files/{secrets.token_urlsafe(16)}"
        self.links[path] = (content, now + LINK_LASTS_S)
        return {"download_url": f"{url}{path}", "expires_at": iso(now + LINK_LASTS_S)}


def _parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def _body(raw: bytes, kind: str) -> str | None:
    with suppress(Exception):  # as above
        part = _parsed(raw[:1_000_000]).get_body((kind,))
        return None if part is None else str(part.get_content())
    return None


def _header(message: EmailMessage, name: str) -> str:
    """Return a header as it is written, of the raw items: the parsed ones may raise."""
    values = [str(value) for key, value in message.raw_items() if key.lower() == name.lower()]
    return values[0].encode("utf-8", "replace").decode() if values else ""
