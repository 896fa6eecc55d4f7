"""What is said of a message that has just been written, and the way back."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.enums import MessageKind
from conversations.models import Message
from conversations.queries.messages import own_held_reply
from conversations.views.place import InboxPlace
from conversations.views.shapes.shape import Shape, moment
from teams.access import Viewer


def just_sent(viewer: Viewer, place: InboxPlace, message_id: str) -> Shape | None:
    """Return the toast of a reply of the viewer's, None for nothing and for one that has left. At most one query."""
    try:
        message = own_held_reply(viewer, UUID(message_id)) if message_id else None
    except ValueError:
        return None
    return sent_toast(message, place, "") if message else None


def sent_toast(message: Message, place: InboxPlace, status_before: str) -> Shape | None:
    """Return what is said of a message that can still be taken back. `ms`: for how long, where that is soon over."""
    left_ms = _ms_until(message.send_at)
    if message.kind == MessageKind.NOTE or not left_ms or message.send_at is None:
        return None
    later = _("To be sent %(moment)s") % {"moment": moment(message.send_at)}
    return {
        "text": later if message.is_scheduled else _("Sent"),
        "url": f"{reverse('message-undo', args=[message.id])}?{place.encoded}",
        "name": "status",
        "value": status_before,
        "ms": None if message.is_scheduled else left_ms,
    }


def _ms_until(at: datetime | None) -> int:
    return max(0, int((at - timezone.now()).total_seconds() * 1000)) if at else 0
