"""The rows of the list."""

from django.utils.translation import gettext as _

from conversations.enums import MessageKind, Priority
from conversations.models import Conversation
from conversations.queries.inbox import InboxRow
from conversations.views.place import InboxPlace
from conversations.views.shapes.shape import Shape, moment
from teams.access import Viewer


def row(conversation: InboxRow, viewer: Viewer, place: InboxPlace) -> Shape:
    """Return one row of the list."""
    mixed = place.view not in {"mine", "unassigned"}
    assignee = conversation.assignee if mixed else None
    return {
        "id": conversation.id,
        "display_id": conversation.display_id,
        "url": place.conversation_url(conversation.display_id),
        "who": conversation.contact.display_name or _("Unknown"),
        "tint": conversation.contact_id,
        "channel": conversation.channel,
        "subject": conversation.subject or _("(no subject)"),
        "preview": conversation.preview,
        "preview_prefix": _preview_prefix(conversation, viewer),
        "at": conversation.last_activity_at,
        "unread": conversation.is_unread,
        "priority": _priority(conversation),
        "chip": _row_chip(conversation),
        "assignee": {"name": assignee.name, "tint": assignee.pk} if assignee else None,
    }


def _preview_prefix(conversation: Conversation, viewer: Viewer) -> str:
    """Return who wrote last, where it was not the customer."""
    author = conversation.last_message_agent
    if author is None:
        return ""
    if conversation.last_message_kind == MessageKind.NOTE:
        return _("Note:")
    return _("You:") if author.pk == viewer.id else f"{author.name.split(' ')[0]}:"


def _priority(conversation: Conversation) -> str:
    return "" if conversation.priority == Priority.NORMAL else conversation.priority


def _row_chip(conversation: Conversation) -> Shape | None:
    if conversation.snoozed_until:
        return {"label": moment(conversation.snoozed_until), "tone": "", "icon": "alarm-clock"}
    return None
