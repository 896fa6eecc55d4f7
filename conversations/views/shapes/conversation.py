"""The open conversation: what its pieces say of it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from conversations.enums import Status
from conversations.models import Conversation
from conversations.views.place import InboxPlace
from conversations.views.shapes.shape import STATUS_ICONS
from teams.models import Agent, Team


@dataclass(frozen=True)
class Named:
    """A person or a team; `tint` picks the colour."""

    name: str
    tint: str
    email: str = ""


@dataclass(frozen=True)
class OpenConversation:
    """What the pieces of the page name of it."""

    id: str
    display_id: int
    url: str
    back_url: str
    subject: str
    status_label: str
    status_icon: str
    customer: Named
    assignee: Named | None
    team: Named | None
    priority: str
    priority_label: str


def conversation(conversation: Conversation, place: InboxPlace) -> OpenConversation:
    """Return the open conversation."""
    number, contact = conversation.display_id, conversation.contact
    return OpenConversation(
        id=str(conversation.id),
        display_id=number,
        url=place.conversation_url(number),
        back_url=place.list_url,
        subject=conversation.subject or _("(no subject)"),
        status_label=str(conversation.get_status_display()),
        status_icon=STATUS_ICONS[Status(conversation.status)],
        customer=Named(contact.display_name or _("Unknown"), str(contact.id), contact.email),
        assignee=_named(conversation.assignee),
        team=_named(conversation.team),
        priority=conversation.priority,
        priority_label=str(conversation.get_priority_display()),
    )


def _named(who: Agent | Team | None) -> Named | None:
    return Named(who.name, str(who.pk)) if who else None
