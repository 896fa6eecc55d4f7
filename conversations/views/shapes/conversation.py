"""The open conversation: its head and the details beside it."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from conversations.enums import Channel, Status
from conversations.models import Conversation
from conversations.views.place import InboxPlace
from conversations.views.shapes.shape import Shape, moment
from teams.access import Viewer
from teams.models import Agent, Team

_STATUS_ICONS = {
    Status.OPEN: "circle-dot",
    Status.PENDING: "hourglass",
    Status.SNOOZED: "alarm-clock",
    Status.RESOLVED: "circle-check",
    Status.CLOSED: "archive",
}


def conversation(
    conversation: Conversation,
    viewer: Viewer,
    place: InboxPlace,
    *,
    agents: Sequence[Agent],
    earlier: Sequence[Conversation],
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
        "change_url": place.conversation_url(number, "conversation-change"),
        "status_choices": _status_choices(conversation),
        "banner": _banner(conversation),
        "customer": _customer(conversation),
        "assignee": _person(conversation.assignee),
        "team": _person(conversation.team),
        "priority": conversation.priority,
        "priority_label": conversation.get_priority_display(),
        "assignee_choices": _assignee_choices(conversation, viewer, agents),
        "is_mine": conversation.assignee_id == viewer.id,
        "due": None,
        "tags": [tag.name for tag in conversation.tags.all()],
        "created_at": conversation.created_at,
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
        return _("Snoozed until %(moment)s") % {"moment": moment(conversation.snoozed_until)}
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
