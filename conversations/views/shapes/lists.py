"""What stands over a list and in place of it: filters, orders, and what an empty one says."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.enums import Channel, Folder, Priority, SlaState, Status
from conversations.forms import list_orders
from conversations.queries.inbox_lists import BY_ACTIVITY, FILTERED, SEARCH, InboxList
from conversations.views.place import InboxPlace, filtered_url
from conversations.views.shapes.shape import Shape

_LABELS: Mapping[str, Any] = {
    "status": Status,
    "priority": Priority,
    "channel": Channel,
    "sla": SlaState,
    "folder": Folder,
}


def filter_names() -> dict[str, str]:
    """Return what each filter is called."""
    return {
        "status": _("Status"),
        "assignee_id": _("Assignee"),
        "team_id": _("Team"),
        "tag": _("Tag"),
        "category": _("Category"),
        "priority": _("Priority"),
        "channel": _("Channel"),
        "sla": _("Promise"),
        "unread": _("Unread"),
        "folder": _("Folder"),
        "contact_id": _("Customer"),
        "q": _("Search"),
        "created_after": _("Created after"),
        "created_before": _("Created before"),
        "updated_after": _("Changed after"),
        "updated_before": _("Changed before"),
    }


def bar(place: InboxPlace, shown: InboxList, names: Mapping[str, str]) -> Shape:
    """Return what stands over the list; `names` are those of the ids that its filters hold."""
    filters = dict(shown.filters or {}) | ({"q": place.text} if place.text else {})
    is_own = shown.kind in (FILTERED, "view")
    asked = urlencode(filters | ({"ordering": shown.ordering} if shown.ordering != BY_ACTIVITY else {}))
    return {
        "chips": [_chip(name, filters, names, shown) for name in filters] if is_own else [],
        "filter_url": f"{reverse('inbox-filter')}?{asked}" if shown.filters is not None else "",
        "save_url": f"{reverse('view-create')}?{asked}" if shown.kind == FILTERED else "",
        "edit_url": reverse("view-edit", args=[shown.id]) if shown.saved else "",
        "orderings": _orderings(filters, shown) if shown.filters is not None and not place.text else [],
    }


def _chip(name: str, filters: Mapping[str, str], names: Mapping[str, str], shown: InboxList) -> Shape:
    rest = {other: value for other, value in filters.items() if other != name}
    return {"label": filter_text(name, filters[name], names), "remove_url": filtered_url(rest, shown.ordering)}


def _orderings(filters: Mapping[str, str], shown: InboxList) -> list[Shape]:
    return [
        {"label": label, "url": filtered_url(filters, ordering), "is_current": ordering == shown.ordering}
        for ordering, label in list_orders().items()
    ]


def filter_text(name: str, value: str, names: Mapping[str, str]) -> str:
    """Return a filter in words: "Status is Open or Pending", "Tag has returns"."""
    if name == "unread":
        return _("Unread") if value == "true" else _("Read")
    words = {"me": _("me"), "none": _("nobody") if name == "assignee_id" else _("none")}
    choices = _LABELS.get(name)
    values = [
        str(choices(one).label) if choices and one in choices.values else names.get(one, words.get(one, one))
        for one in value.split(",")
    ]
    shown = _(" or ").join(values)
    pattern = {
        "tag": _("%(name)s has %(value)s"),
        "created_after": "%(name)s %(value)s",
        "created_before": "%(name)s %(value)s",
        "updated_after": "%(name)s %(value)s",
        "updated_before": "%(name)s %(value)s",
    }.get(name, _("%(name)s is %(value)s"))
    return pattern % {"name": filter_names().get(name, name), "value": shown}


def nothing(place: InboxPlace, shown: InboxList, tabs: Sequence[Shape]) -> Shape:
    """Return what an empty list says, and the one way on."""
    if place.text:
        everywhere = f"{reverse('inbox')}?{urlencode({'view': SEARCH, 'q': place.text})}"
        title = _("No conversations match “%(text)s”.") % {"text": place.text}
        is_all = shown.kind == SEARCH
        action = {} if is_all else {"action_url": everywhere, "action_label": _("Search closed ones too")}
        return {"icon": "search", "title": title, **action}
    if shown.kind == "mine":
        return {"icon": "inbox", "title": _("Nothing waiting."), **_see_unassigned(tabs)}
    titles = {
        "mentions": _("Nobody has mentioned you yet."),
        "drafts": _("No drafts."),
        "snoozed": _("Nothing is snoozed."),
        "sent": _("You have sent nothing yet."),
        "closed": _("Nothing is closed yet."),
        "spam": _("No spam."),
        "trash": _("The trash is empty."),
        FILTERED: _("No conversations match these filters."),
        "view": _("No conversations match these filters."),
        SEARCH: _("Type what you look for."),
    }
    return {"icon": "inbox", "title": titles.get(shown.kind, _("Nothing waiting."))}


def _see_unassigned(tabs: Sequence[Shape]) -> Shape:
    unassigned = next((tab for tab in tabs if tab["key"] == "unassigned" and tab["count"] != "0"), None)
    if unassigned is None:
        return {}
    label = _("See %(count)s unassigned") % {"count": unassigned["count"]}
    return {"action_url": unassigned["url"], "action_label": label}
