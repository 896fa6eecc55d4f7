"""Messages and events, in the order of time."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.enums import MessageKind
from conversations.file_types import IMAGE_TYPES
from conversations.models import Attachment, Message
from conversations.remote_images import remote_image_url
from conversations.shown_html import blocked_image_count, shown_html, shows_remote_images
from conversations.views.shapes.events import event_lines
from conversations.views.shapes.shape import Shape
from hummdesk.events.models import LoggedEvent
from teams.models import Agent

_DELIVERY_STATES = {"bounced": "failed"}


def timeline(
    messages: Sequence[Message], events: Sequence[LoggedEvent], agents: Sequence[Agent], *, has_earlier: bool
) -> list[Shape]:
    """Return messages and events in the order of time, with a line where a day begins.

    Where older messages are left out, so are the events before the first one shown.
    """
    lines = event_lines(events, agents)
    if has_earlier and messages:
        lines = [line for line in lines if line["at"] >= messages[0].created_at]
    items = sorted([*map(_message, messages), *lines], key=lambda item: item["at"])
    return _with_days(items)


def _with_days(items: list[Shape]) -> list[Shape]:
    shown: list[Shape] = []
    day = None
    for item in items:
        on = timezone.localtime(item["at"]).date()
        if on != day:
            shown.append({"kind": "day", "on": on})
            day = on
        shown.append(item)
    return shown


def _message(message: Message) -> Shape:
    directions = {MessageKind.INCOMING: "in", MessageKind.REPLY: "out"}
    return {
        "kind": "message",
        "id": message.id,
        "direction": directions.get(MessageKind(message.kind), "note"),
        "author": _author_name(message),
        "tint": message.contact_id or message.agent_id or "",
        "via": "",
        "at": message.created_at,
        "body_html": _with_pictures(message, message.body_html),
        "quoted_html": _with_pictures(message, message.quoted_html),
        "blocked_image_count": blocked_image_count(message),
        "attachments": [_attachment(file) for file in message.attachments.all()],
        "delivery": _delivery(message),
    }


def _with_pictures(message: Message, sanitised: str) -> str:
    remote_url = remote_image_url if shows_remote_images(message) else None
    return shown_html(sanitised, message.attachments.all(), _file_url, remote_url)


def _author_name(message: Message) -> str:
    if message.contact:
        return message.contact.display_name or _("Unknown")
    return message.agent.name if message.agent else "HummDesk"


def _attachment(file: Attachment) -> Shape:
    return {
        "name": file.name,
        "size_bytes": file.size_bytes,
        "url": _file_url(file),
        "is_image": file.content_type in IMAGE_TYPES,
        "preview_url": reverse("attachment-thumbnail", args=[file.id]) if file.thumbnail else "",
    }


def _file_url(file: Attachment) -> str:
    return reverse("attachment-download", args=[file.id])


def _delivery(message: Message) -> Shape | None:
    if not message.delivery_state:
        return None
    failed = message.delivery_state in {"failed", "bounced"}
    return {
        "state": _DELIVERY_STATES.get(message.delivery_state, message.delivery_state),
        "label": _("Not sent.") if failed else message.get_delivery_state_display(),
        "error": message.delivery_error,
        "retry_url": "",
    }
