"""The sidebar and the tabs."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.enums import SlaState
from conversations.queries.inbox_counts import TABS, Entry, InboxCounts
from conversations.queries.inbox_lists import InboxList
from conversations.queries.saved_views import COUNTED_MOST
from conversations.views.place import InboxPlace
from conversations.views.shapes.shape import Shape
from hummdesk.templatetags.ui import tint
from teams.access import Viewer
from teams.enums import AgentStatus

_URGENT = (SlaState.BREACHED, SlaState.DUE_SOON)


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


def nav(view: str, counts: InboxCounts, of_views: Mapping[UUID, int]) -> Shape:
    """Return the sidebar's entries; `of_views` counts those saved views that can be counted."""
    inboxes = [
        ("mine", _("Inbox"), "inbox", counts.lists["mine"], "go-inbox"),
        ("mentions", _("Mentions"), "at-sign", counts.lists["mentions"], "go-mentions"),
        ("drafts", _("Drafts"), "pencil", counts.lists["drafts"], "go-drafts"),
        ("snoozed", _("Snoozed"), "alarm-clock", counts.lists["snoozed"], "go-snoozed"),
        ("sent", _("Sent"), "send", None, "go-sent"),
    ]
    unassigned = ("unassigned", _("Unassigned"), "circle-dashed", counts.lists["unassigned"], "go-unassigned")
    ends = [
        ("closed", _("Closed"), "circle-check", None, "go-closed"),
        ("spam", _("Spam"), "ban", counts.lists["spam"], "go-spam"),
        ("trash", _("Trash"), "trash-2", None, "go-trash"),
    ]
    items = [_item(view, *one) for one in (*inboxes, unassigned)]
    return {
        "inboxes": items[:-1],
        "views": [items[-1], *(_view(view, one, of_views.get(one.id)) for one in counts.views)],
        "teams": [
            _item(view, f"team-{team.id}", team.name, "", team.count, "go-teams" if place == 0 else "")
            | {"tint": tint(team.id)}
            for place, team in enumerate(counts.teams)
        ],
        "tags": [_item(view, f"tag-{tag.id}", tag.name, "tag", None) for tag in counts.tags],
        "ends": [_item(view, *one) for one in ends],
    }


def _view(view: str, saved: Entry, count: int | None) -> Shape:
    icon = _view_icon(saved.filters)
    is_urgent = saved.filters.get("sla") in _URGENT
    return _item(view, f"view-{saved.id}", saved.name, icon, count) | {"is_urgent": is_urgent}


def _view_icon(filters: Mapping[str, str]) -> str:
    icons = {"sla": "clock", "q": "search", "tag": "tag", "contact_id": "user", "priority": "flag"}
    return next((icon for name, icon in icons.items() if name in filters), "layers")


def _item(view: str, word: str, label: str, icon: str, count: int | None, command: str = "") -> Shape:
    return {
        "key": view_key(word),
        "label": label,
        "icon": icon,
        "url": f"{reverse('inbox')}?view={word}",
        "count": count_text(count),
        "is_current": view_key(view) == view_key(word),
        "is_urgent": False,
        "command": command,
    }


def view_key(view: str) -> str:
    """Return the sidebar's entry for a view: two of the tabs of the inbox share one."""
    return "inbox" if view in ("mine", "all") else view


def count_text(count: int | None) -> str:
    """Return a number as it is shown: "" for none, "1000+" where counting stopped."""
    if not count:
        return ""
    return f"{COUNTED_MOST}+" if count > COUNTED_MOST else str(count)


def tabs(place: InboxPlace, counts: Mapping[str, int]) -> list[Shape]:
    """Return the three tabs over the list, where one of them is shown; a search goes on in the others, uncounted."""
    labels = {"mine": _("Mine"), "unassigned": _("Unassigned"), "all": _("All")}
    if place.view not in TABS:
        return []
    return [
        {
            "key": key,
            "label": labels[key],
            "url": replace(place, view=key).list_url,
            "count": "" if place.text else count_text(counts[key]) or "0",
            "is_current": place.view == key,
        }
        for key in TABS
    ]


def view_title(shown: InboxList) -> str:
    """Return the name of the list."""
    names = {
        "mentions": _("Mentions"),
        "drafts": _("Drafts"),
        "snoozed": _("Snoozed"),
        "sent": _("Sent"),
        "closed": _("Closed"),
        "spam": _("Spam"),
        "trash": _("Trash"),
        "search": _("Search"),
        "filter": _("Filtered"),
    }
    return shown.name or names.get(shown.kind, _("Inbox"))
