"""Which list an address names, and the rows that it shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from conversations.queries.inbox import InboxFind, inbox_finds, inbox_page
from conversations.queries.inbox_lists import BY_ACTIVITY, FILTERED, InboxList, inbox_list
from conversations.queries.search import SearchStart
from conversations.serializers.saved_views import LIST_ORDERINGS, checked_filters
from conversations.serializers.search import decoded_start, encoded_start
from conversations.views.place import InboxPlace
from hummdesk.errors import ValidationFailed
from teams.access import Viewer

FINDS_SHOWN = 30


@dataclass(frozen=True)
class ListPage:
    """Part of a list, and the cursor of the next part, None at the end."""

    finds: Sequence[InboxFind]
    next_cursor: str | None


def opened_list(viewer: Viewer, place: InboxPlace) -> InboxList:
    """Return the list of the place, its filters checked. One query at most.

    Raises: NotFound; ValidationFailed for filters that the list does not take.
    """
    if place.view == FILTERED:
        filters = dict(place.filters)
        ordering = place.ordering if place.ordering in LIST_ORDERINGS else BY_ACTIVITY
        return InboxList(FILTERED, FILTERED, ordering=ordering, filters=filters, checked=_checked(filters))
    shown = inbox_list(viewer, place.view)
    return replace(shown, checked=_checked(shown.filters or {})) if shown.saved else shown


def _checked(filters: Any) -> dict[str, Any]:
    checked = checked_filters(filters)
    if checked is None:
        raise ValidationFailed(errors={"filters": ["The list does not take these filters."]})
    return checked


def list_page(viewer: Viewer, shown: InboxList, place: InboxPlace) -> ListPage:
    """Return the rows of a place: of its list, or of what the search finds in it, best first.

    One query for a list; for the search see `search_conversations`.
    """
    if not place.text:
        page = inbox_page(viewer, shown, after=place.cursor, limit=place.rows)
        return ListPage([InboxFind(row) for row in page.rows], page.next_cursor)
    start = decoded_start(place.cursor) if place.cursor else SearchStart(0, timezone.now())
    finds, following = inbox_finds(viewer, shown, place.text, start=start, limit=FINDS_SHOWN)
    return ListPage(finds, encoded_start(following) if following else None)
