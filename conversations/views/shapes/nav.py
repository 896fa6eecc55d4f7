"""The sidebar and the tabs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.enums import SlaState
from conversations.queries.inbox_counts import TABS, InboxCounts
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


@dataclass(frozen=True)
class NavItem:
    """An entry of the sidebar; `tint` (a letter), `count` and `command` (the one that goes there) are "" for none."""

    key: str
    label: str
    icon: str
    url: str
    count: str
    is_current: bool
    command: str = ""
    tint: str = ""
    is_urgent: bool = False


@dataclass(frozen=True)
class Nav:
    """The sidebar's entries; `key` is the one that is shown."""

    key: str
    inboxes: tuple[NavItem, ...]
    views: tuple[NavItem, ...]
    teams: tuple[NavItem, ...]
    tags: tuple[NavItem, ...]
    ends: tuple[NavItem, ...]
    leads: tuple[NavItem, ...] = ()


def nav(view: str, counts: InboxCounts, of_views: Mapping[UUID, int], *, is_leader: bool = False) -> Nav:
    """Return the sidebar's entries; `of_views` counts those saved views that can be counted, leaders have more."""
    item = partial(_item, view_key(view), reverse("inbox"))
    inboxes = [
        item("mine", _("Inbox"), "inbox", counts.lists["mine"], "go-inbox"),
        item("mentions", _("Mentions"), "at-sign", counts.lists["mentions"], "go-mentions"),
        item("drafts", _("Drafts"), "pencil", counts.lists["drafts"], "go-drafts"),
        item("snoozed", _("Snoozed"), "alarm-clock", counts.lists["snoozed"], "go-snoozed"),
        item("sent", _("Sent"), "send", None, "go-sent"),
    ]
    unassigned = item("unassigned", _("Unassigned"), "circle-dashed", counts.lists["unassigned"], "go-unassigned")
    saved = [
        item(
            f"view-{one.id}",
            one.name,
            _view_icon(one.filters),
            of_views.get(one.id),
            is_urgent=one.filters.get("sla") in _URGENT,
        )
        for one in counts.views
    ]
    teams = [
        item(f"team-{one.id}", one.name, "", one.count, "" if place else "go-teams", tint=tint(one.id))
        for place, one in enumerate(counts.teams)
    ]
    ends = [
        item("closed", _("Closed"), "circle-check", None, "go-closed"),
        item("spam", _("Spam"), "ban", counts.lists["spam"], "go-spam"),
        item("trash", _("Trash"), "trash-2", None, "go-trash"),
    ]
    tags = [item(f"tag-{one.id}", one.name, "tag", None) for one in counts.tags]
    leads = _leads(view) if is_leader else ()
    return Nav(view_key(view), tuple(inboxes), (unassigned, *saved), tuple(teams), tuple(tags), tuple(ends), leads)


def _leads(view: str) -> tuple[NavItem, ...]:
    entries = (("queue", _("Queue"), "hourglass"), ("board", _("Availability"), "user-check"))
    return tuple(NavItem(key, label, icon, reverse(key), "", key == view, f"go-{key}") for key, label, icon in entries)


def _view_icon(filters: Mapping[str, str]) -> str:
    icons = {"sla": "clock", "q": "search", "tag": "tag", "contact_id": "user", "priority": "flag"}
    return next((icon for name, icon in icons.items() if name in filters), "layers")


def _item(
    current: str, inbox_url: str, word: str, label: str, icon: str, count: int | None, command: str = "", **look: Any
) -> NavItem:
    key = view_key(word)
    return NavItem(key, label, icon, f"{inbox_url}?view={word}", count_text(count), key == current, command, **look)


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
