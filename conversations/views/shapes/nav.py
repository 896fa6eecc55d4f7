"""The sidebar and the tabs."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.queries.inbox import InboxCounts
from conversations.views.place import InboxPlace
from conversations.views.shapes.shape import Shape
from teams.access import Viewer
from teams.enums import AgentStatus
from teams.models import Team

_TABBED_VIEWS = ("mine", "unassigned", "all")


def me(viewer: Viewer) -> Shape:
    """Return the corner of the sidebar."""
    return {
        "name": viewer.agent.name,
        "email": viewer.agent.email,
        "tint": viewer.id,
        "role_label": viewer.role_label,
        "status": viewer.agent.status,
        "status_label": viewer.agent.get_status_display(),
        "status_choices": [
            {"value": status.value, "label": status.label, "is_current": status == viewer.agent.status}
            for status in AgentStatus
        ],
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
