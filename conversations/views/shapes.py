"""What the inbox templates read: ready values, no queries, no models."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.enums import Channel, MessageKind, Priority, Status
from conversations.file_types import IMAGE_TYPES
from conversations.forms import MessageForm
from conversations.models import Attachment, Conversation, Message
from conversations.queries.inbox import InboxCounts, InboxRow
from conversations.remote_images import remote_image_url
from conversations.shown_html import blocked_image_count, shown_html, shows_remote_images
from conversations.views.place import InboxPlace
from conversations.views.timeline_shapes import event_lines
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer
from teams.models import Agent, Team

Shape = dict[str, Any]
_STATUS_ICONS = {
    Status.OPEN: "circle-dot",
    Status.PENDING: "hourglass",
    Status.SNOOZED: "alarm-clock",
    Status.RESOLVED: "circle-check",
    Status.CLOSED: "archive",
}
_DELIVERY_STATES = {"bounced": "failed"}
_TABBED_VIEWS = ("mine", "unassigned", "all")


def me(viewer: Viewer) -> Shape:
    """Return the corner of the sidebar."""
    return {
        "name": viewer.agent.name,
        "email": viewer.agent.email,
        "tint": viewer.id,
        "status_label": viewer.role_label,
    }


def nav(place: InboxPlace, counts: InboxCounts, teams: Sequence[Team]) -> Shape:
    """Return the sidebar's entries."""
    inboxes = [
        ("mine", _("Inbox"), "inbox", counts.mine),
        ("snoozed", _("Snoozed"), "alarm-clock", counts.snoozed),
        ("closed", _("Closed"), "circle-check", None),
    ]
    return {
        "inboxes": [_nav_item(place, view, label, icon, count) for view, label, icon, count in inboxes],
        "teams": [
            _nav_item(place, f"team-{team.id}", team.name, "", counts.teams.get(team.id, 0)) | {"tint": team.id}
            for team in teams
        ],
        "tools": [],
    }


def _nav_item(place: InboxPlace, view: str, label: str, icon: str, count: int | None) -> Shape:
    return {
        "key": view_key(view),
        "label": label,
        "icon": icon,
        "url": f"{reverse('inbox')}?view={view}",
        "count": count,
        "is_current": view_key(place.view) == view_key(view),
        "is_urgent": False,
    }


def view_key(view: str) -> str:
    """Return the sidebar's entry for a view: the three tabs of the inbox share one."""
    return "inbox" if view in _TABBED_VIEWS else view


def tabs(place: InboxPlace, counts: InboxCounts) -> list[Shape]:
    """Return the three tabs over the list, where one of them is shown."""
    entries = [
        ("mine", _("Mine"), counts.mine),
        ("unassigned", _("Unassigned"), counts.unassigned),
        ("all", _("All"), counts.all),
    ]
    if place.view not in _TABBED_VIEWS:
        return []
    return [
        {
            "key": key,
            "label": label,
            "url": f"{reverse('inbox')}?view={key}",
            "count": count,
            "is_current": place.view == key,
        }
        for key, label, count in entries
    ]


def view_title(place: InboxPlace, teams: Sequence[Team]) -> str:
    """Return the name of the list."""
    names = {"snoozed": _("Snoozed"), "closed": _("Closed")} | {f"team-{team.id}": team.name for team in teams}
    return names.get(place.view, _("Inbox"))


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
        return {"label": _moment(conversation.snoozed_until), "tone": "", "icon": "alarm-clock"}
    return None


def _moment(at: Any) -> str:
    return date_format(timezone.localtime(at), "D j M H:i")


def conversation(
    conversation: Conversation,
    viewer: Viewer,
    place: InboxPlace,
    *,
    timeline: list[Shape],
    agents: Sequence[Agent],
    earlier: Sequence[Conversation],
    earlier_url: str | None,
) -> Shape:
    """Return the open conversation: head, messages and details."""
    number = conversation.display_id
    return {
        "id": conversation.id,
        "display_id": number,
        "url": place.conversation_url(number),
        "back_url": place.list_url,
        "subject": conversation.subject or _("(no subject)"),
        "status": conversation.status,
        "status_label": conversation.get_status_display(),
        "is_resolved": conversation.is_finished,
        "status_url": place.conversation_url(number, "conversation-status"),
        "status_choices": _status_choices(conversation),
        "banner": _banner(conversation),
        "customer": _customer(conversation),
        "assignee": _person(conversation.assignee),
        "team": _person(conversation.team),
        "priority": conversation.priority,
        "priority_label": conversation.get_priority_display(),
        "assign_url": place.conversation_url(number, "conversation-assign"),
        "assignee_choices": _assignee_choices(conversation, viewer, agents),
        "is_mine": conversation.assignee_id == viewer.id,
        "due": None,
        "tags": [tag.name for tag in conversation.tags.all()],
        "created_at": conversation.created_at,
        "timeline": timeline,
        "earlier_url": earlier_url,
        "facts": _facts(conversation),
        "earlier": [_earlier(other, place) for other in earlier],
        "panels": [],
    }


def _person(who: Agent | Team | None) -> Shape | None:
    return {"name": who.name, "tint": who.pk} if who else None


def _customer(conversation: Conversation) -> Shape:
    contact = conversation.contact
    company = contact.company.name if contact.company else ""
    return {
        "name": contact.display_name or _("Unknown"),
        "email": contact.email,
        "tint": contact.id,
        "detail": company or contact.email,
    }


def _banner(conversation: Conversation) -> str:
    if conversation.snoozed_until:
        return _("Snoozed until %(moment)s") % {"moment": _moment(conversation.snoozed_until)}
    return ""


def _status_choices(conversation: Conversation) -> list[Shape]:
    return [
        {
            "value": status.value,
            "label": status.label,
            "icon": _STATUS_ICONS[status],
            "is_current": status == conversation.status,
        }
        for status in Status
        if status != Status.SNOOZED
    ]


def _assignee_choices(conversation: Conversation, viewer: Viewer, agents: Sequence[Agent]) -> list[Shape]:
    current = conversation.assignee_id
    nobody = {"value": "none", "label": _("Nobody"), "tint": "", "is_current": current is None}
    others = [
        {"value": str(agent.pk), "label": agent.name, "tint": agent.pk, "is_current": agent.pk == current}
        for agent in sorted(agents, key=lambda agent: agent.pk != viewer.id)
    ]
    return [*others, nobody]


def _facts(conversation: Conversation) -> list[Shape]:
    facts = [{"label": _("Channel"), "value": Channel(conversation.channel).label}]
    if conversation.category:
        facts.append({"label": _("Category"), "value": conversation.category.name})
    return facts


def _earlier(other: Conversation, place: InboxPlace) -> Shape:
    return {
        "subject": other.subject or _("(no subject)"),
        "url": place.conversation_url(other.display_id),
        "at": other.last_activity_at,
        "status_icon": _STATUS_ICONS[Status(other.status)],
    }


def reply(conversation: Conversation, viewer: Viewer, place: InboxPlace, form: MessageForm) -> Shape:
    """Return the composer."""
    may_write = viewer.can(Permission.REPLY)
    return {
        "form": form,
        "reply_url": place.conversation_url(conversation.display_id, "conversation-reply"),
        "note_url": place.conversation_url(conversation.display_id, "conversation-note"),
        "to": conversation.contact.email,
        "can_reply": may_write and bool(conversation.mailbox_id and conversation.contact.email),
        "can_note": may_write,
    }


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
