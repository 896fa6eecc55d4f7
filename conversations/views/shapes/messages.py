"""The messages of a thread, each as values that are drawn once."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import Permission
from conversations.enums import DeliveryState, MessageKind, SenderDoubt
from conversations.file_types import IMAGE_TYPES
from conversations.queries.thread import OtherConversation, ThreadFile, ThreadMessage
from conversations.remote_images import remote_image_url
from conversations.shown_html import shown_html
from conversations.views.shapes.shape import moment
from hummdesk.safe_html import count_remote_images
from teams.access import Viewer

_CLASSES = {
    MessageKind.INCOMING: "in",
    MessageKind.REPLY: "out",
    MessageKind.NOTE: "note",
    MessageKind.SYSTEM: "system",
}
_FAILED = (DeliveryState.FAILED, DeliveryState.BOUNCED)
_ICONS = {DeliveryState.QUEUED: "clock", DeliveryState.SENT: "check", DeliveryState.DELIVERED: "check-check"}
# A reply that leaves so soon is held for undo only, and counts its seconds.
_SOON = timedelta(minutes=1)
_NAMES_SHOWN = 3
_TAG = r'<[a-z][a-z0-9]*(?: [a-z]+="[^"]*")*>'


@dataclass(frozen=True)
class FileItem:
    """A file's tile; `is_image` ones open in place."""

    name: str
    size_bytes: int
    url: str
    is_image: bool
    preview_url: str


@dataclass(frozen=True)
class DeliveryItem:
    """How a reply fares. `state`: held, failed, or what the channel says; `leaves_iso` while its seconds count.

    `to`, `cc` and `bcc` are the addresses of a failed one, which may be written anew.
    """

    state: str
    label: str
    icon: str
    error: str = ""
    leaves_iso: str = ""
    to: str = ""
    cc: str = ""
    bcc: str = ""


@dataclass(frozen=True)
class JoinQuestion:
    """The conversation that a message may belong to."""

    number: int
    subject: str
    url: str


@dataclass(frozen=True)
class MessageItem:
    """A message as text and HTML that is safe; `css` is one of in, out, note, system."""

    kind: str
    css: str
    id: str
    at: datetime
    author: str
    address: str
    tint: str
    via: str
    body_html: str
    quoted_html: str
    page_height_px: int | None
    blocked_count: int
    shows_pictures: bool
    files: tuple[FileItem, ...]
    delivery: DeliveryItem | None
    edited_at: datetime | None
    deleted: str
    is_automatic: bool
    is_unverified: bool
    is_spoofed: bool
    question: JoinQuestion | None
    is_unreadable: bool
    may_change: bool
    may_write: bool


def message_item(
    message: ThreadMessage,
    viewer: Viewer,
    *,
    recipient: str = "",
    deleted_by: str = "",
    pictures: bool = False,
    joins: OtherConversation | None = None,
) -> MessageItem:
    """Return one message; `recipient` is who gets a reply, `pictures` shows those of the web this once.

    `joins` is the conversation that it may belong to.
    """
    is_deleted = message.deleted_at is not None
    shows = pictures or message.shows_remote_images
    return MessageItem(
        kind="message",
        css=_CLASSES[MessageKind(message.kind)],
        id=str(message.id),
        at=message.created_at,
        author=_author(message),
        address=message.contact_email or "",
        tint=str(message.contact_id or message.agent_id or ""),
        via=_via(message, recipient),
        body_html="" if is_deleted else _body(message, shows=shows),
        quoted_html=_with_pictures(message, message.quoted_html, shows=shows),
        page_height_px=None if is_deleted else message.page_height_px,
        blocked_count=0 if shows or is_deleted else _blocked(message.body_html),
        shows_pictures=pictures,
        files=() if is_deleted else tuple(_file(file) for file in _tiles(message)),
        delivery=None if is_deleted else _delivery(message),
        edited_at=None if is_deleted else message.edited_at,
        deleted=_deleted_text(deleted_by) if is_deleted else "",
        is_automatic=message.is_automatic,
        is_unverified=message.sender_doubt == SenderDoubt.UNVERIFIED,
        is_spoofed=message.sender_doubt == SenderDoubt.SPOOFED,
        question=None if is_deleted or joins is None else _question(joins),
        is_unreadable=bool(message.unreadable_reason),
        may_change=_may_change(message, viewer),
        may_write=viewer.can(Permission.REPLY),
    )


def _question(named: OtherConversation) -> JoinQuestion:
    return JoinQuestion(named.display_id, named.subject, reverse("conversation-detail", args=[named.display_id]))


def shown_to(message: ThreadMessage, deleted_by: str | None) -> bool:
    """Return whether there is anything to tell: a reply that its author took back is their draft again."""
    return (
        message.deleted_at is None or message.kind == MessageKind.NOTE or deleted_by not in (None, message.agent_name)
    )


def _author(message: ThreadMessage) -> str:
    if message.contact_id is not None:
        return message.contact_name or message.contact_email or _("Unknown")
    return message.agent_name or "HummDesk"


def _via(message: ThreadMessage, recipient: str) -> str:
    to = message.to or ([recipient] if recipient and message.kind == MessageKind.REPLY else [])
    lines = [(_("to %(addresses)s"), to), (_("cc %(addresses)s"), message.cc), (_("bcc %(addresses)s"), message.bcc)]
    return ", ".join(text % {"addresses": _few(addresses)} for text, addresses in lines if addresses)


def _few(addresses: Sequence[str]) -> str:
    more = len(addresses) - _NAMES_SHOWN
    shown = ", ".join(addresses[:_NAMES_SHOWN])
    if more <= 0:
        return shown
    return ngettext("%(shown)s and %(count)d more", "%(shown)s and %(count)d more", more) % {
        "shown": shown,
        "count": more,
    }


def _body(message: ThreadMessage, *, shows: bool) -> str:
    body = _with_pictures(message, message.body_html, shows=shows)
    return _with_mentions(body, tuple(message.mentions)) if message.mentions else body


def _with_pictures(message: ThreadMessage, sanitised: str, *, shows: bool) -> str:
    if "<img" not in sanitised:
        return sanitised
    return shown_html(sanitised, message.files, file_url, remote_image_url if shows else None)


def _blocked(sanitised: str) -> int:
    return count_remote_images(sanitised) if "<img" in sanitised else 0


@lru_cache(maxsize=1024)
def _with_mentions(sanitised: str, names: tuple[str, ...]) -> str:
    """Return HTML in which the names that are called stand out; tags and their attributes stay as they are."""
    called = "|".join(re.escape(html.escape(name, quote=False)) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"{_TAG}|(@(?:{called}))", _marked, sanitised)


def _marked(match: re.Match[str]) -> str:
    return f'<span class="mention">{match[1]}</span>' if match[1] else match[0]


def _tiles(message: ThreadMessage) -> Sequence[ThreadFile]:
    """Return the files that the text does not show itself."""
    return [file for file in message.files if not _stands_in_text(file, message)]


def _stands_in_text(file: ThreadFile, message: ThreadMessage) -> bool:
    return file.is_inline and bool(file.content_id) and f"cid:{html.escape(file.content_id)}" in message.body_html


def _file(file: ThreadFile) -> FileItem:
    return FileItem(
        name=file.name,
        size_bytes=file.size_bytes,
        url=file_url(file),
        is_image=file.content_type in IMAGE_TYPES,
        preview_url=f"{file_url(file)}/thumbnail" if file.has_thumbnail else "",
    )


def file_url(file: ThreadFile) -> str:
    """Return where a file is handed out."""
    return f"{_attachments()}{file.id}"


@lru_cache(maxsize=1)
def _attachments() -> str:
    nobody = "00000000-0000-0000-0000-000000000000"
    return reverse("attachment-download", args=[nobody]).removesuffix(nobody)


def _delivery(message: ThreadMessage) -> DeliveryItem | None:
    if message.send_at is not None:
        return _held(message.send_at, is_scheduled=message.is_scheduled)
    if not message.delivery_state:
        return None
    state = DeliveryState(message.delivery_state)
    if state in _FAILED:
        to, cc, bcc = (", ".join(addresses) for addresses in (message.to, message.cc, message.bcc))
        label = _("It came back.") if state == DeliveryState.BOUNCED else _("Not sent.")
        return DeliveryItem("failed", label, "circle-alert", message.delivery_error, to=to, cc=cc, bcc=bcc)
    if state == DeliveryState.UNKNOWN:
        return DeliveryItem("unknown", "", "circle-alert", message.delivery_error)
    return DeliveryItem(state.value, str(state.label), _ICONS[state])


def _held(leaves_at: datetime, *, is_scheduled: bool) -> DeliveryItem:
    left = leaves_at - timezone.now()
    if is_scheduled or left > _SOON:
        return DeliveryItem("held", _("Sends %(moment)s") % {"moment": moment(leaves_at)}, "clock")
    return DeliveryItem("held", _("Sends in a moment"), "clock", leaves_iso=leaves_at.isoformat())


def _deleted_text(deleted_by: str) -> str:
    return _("Deleted by %(who)s") % {"who": deleted_by} if deleted_by else _("Deleted")


def _may_change(message: ThreadMessage, viewer: Viewer) -> bool:
    is_held = message.kind == MessageKind.REPLY and message.send_at is not None
    is_own = message.agent_id == viewer.id and viewer.can(Permission.REPLY)
    return is_own and message.deleted_at is None and (is_held or message.kind == MessageKind.NOTE)
