"""The open conversation: what its pieces say of it."""

from django.utils.translation import gettext as _

from conversations.enums import Status
from conversations.models import Conversation
from conversations.views.place import InboxPlace
from conversations.views.shapes.shape import STATUS_ICONS, Shape
from teams.models import Agent, Team


def conversation(conversation: Conversation, place: InboxPlace) -> Shape:
    """Return the open conversation."""
    number = conversation.display_id
    return {
        "id": conversation.id,
        "display_id": number,
        "url": place.conversation_url(number),
        "back_url": place.list_url,
        "subject": conversation.subject or _("(no subject)"),
        "status_label": conversation.get_status_display(),
        "status_icon": STATUS_ICONS[Status(conversation.status)],
        "is_resolved": conversation.is_finished,
        "customer": _customer(conversation),
        "assignee": _person(conversation.assignee),
        "team": _person(conversation.team),
        "priority": conversation.priority,
        "priority_label": conversation.get_priority_display(),
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
