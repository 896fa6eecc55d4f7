"""What an agent was told, in words."""

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.enums import NotificationKind
from conversations.models import Notification
from conversations.notification_words import told_text
from conversations.queries.notifications import ToldRow, notifications_of
from conversations.views.shapes.shape import Shape
from teams.access import Viewer

_ICONS = {
    NotificationKind.ASSIGNED: "user-plus",
    NotificationKind.MENTIONED: "at-sign",
    NotificationKind.REPLY: "message-circle",
    NotificationKind.SLA_WARNING: "clock",
    NotificationKind.SLA_BREACH: "clock-alert",
    NotificationKind.RULE: "workflow",
    NotificationKind.LOW_RATING: "frown",
    NotificationKind.WEBHOOK_DISABLED: "webhook",
}


def told_page(rows: Sequence[ToldRow], next_cursor: str | None, unread: int, *, only_unread: bool) -> Shape:
    """Return the variables of the page: one part of the list, and the way to the next."""
    shown = {"show": "unread"} if only_unread else {}
    url = reverse("notification-list")
    next_url = f"{url}?{urlencode({**shown, 'cursor': next_cursor})}" if next_cursor else ""
    return {
        "items": [item(row) for row in rows],
        "next_url": next_url,
        "unread_count": unread,
        "tabs_of_page": [
            {"label": _("All"), "url": url, "is_current": not only_unread},
            {"label": _("Unread"), "url": f"{url}?show=unread", "is_current": only_unread},
        ],
    }


def item(row: ToldRow) -> Shape:
    """Return one notification."""
    conversation = row.conversation
    return {
        "id": row.id,
        "url": reverse("notification-open", args=[row.id]),
        "read_url": reverse("notification-read", args=[row.id]),
        "icon": _ICONS[NotificationKind(row.kind)],
        "text": told_text(row),
        "note": row.text,
        "subject": (conversation.subject or _("(no subject)")) if conversation else "",
        "number": conversation.display_id if conversation else "",
        "at": row.created_at,
        "is_unread": row.read_at is None,
    }


def told_target(notification: Notification) -> str:
    """Return where a notification leads: to its message, or to the list for what no page shows."""
    if notification.conversation is None:
        return reverse("notification-list")
    url = reverse("conversation-detail", args=[notification.conversation.display_id])
    return f"{url}#message-{notification.message_id}" if notification.message_id else url


def newly_told(viewer: Viewer, id: str) -> Shape | None:
    """Return the viewer's unread notification with this id, None when there is none."""
    try:
        row = notifications_of(viewer, unread=True).filter(id=UUID(id)).first()
    except ValueError:
        return None
    return item(row) if row else None
