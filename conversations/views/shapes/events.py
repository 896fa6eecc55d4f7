"""The lines that the event log adds to a conversation's timeline."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from conversations.enums import Status
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent
from teams.models import Agent

Names = dict[str, str]


def event_lines(events: Sequence[LoggedEvent], agents: Sequence[Agent]) -> list[dict[str, Any]]:
    """Return a line for each event that a reader would miss; messages speak for themselves."""
    names = {str(agent.pk): agent.name for agent in agents}
    return [
        {"kind": "event", "id": event.seq, "at": event.at, "icon": icon, "text": text(event, names)}
        for event in events
        if event.type in _LINES
        for icon, text in [_LINES[event.type]]
    ]


def _status_text(event: LoggedEvent, names: Names) -> str:
    label = Status(event.data["status"]).label
    if event.actor_kind == ActorKind.CONTACT:
        return _("Reopened by the customer's reply")
    return _("%(who)s set the status to %(status)s") % {"who": _who(event, names), "status": label}


def _assigned_text(event: LoggedEvent, names: Names) -> str:
    assignee = event.data["assignee_id"]
    if assignee is None:
        return _("%(who)s took the assignee away") % {"who": _who(event, names)}
    if assignee == str(event.actor_id):
        return _("%(who)s took the conversation") % {"who": _who(event, names)}
    assigned = names.get(assignee, _("a former agent"))
    return _("%(who)s assigned %(agent)s") % {"who": _who(event, names), "agent": assigned}


def _who(event: LoggedEvent, names: Names) -> str:
    if event.actor_kind == ActorKind.AGENT:
        return names.get(str(event.actor_id), _("A former agent"))
    return str(ActorKind(event.actor_kind).label)


_LINES: dict[str, tuple[str, Callable[[LoggedEvent, Names], str]]] = {
    "ConversationStatusChanged": ("circle-dot", _status_text),
    "ConversationAssigned": ("user", _assigned_text),
}
