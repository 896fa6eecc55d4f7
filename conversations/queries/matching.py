"""Every conversation that a list of the inbox has, however much of it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from conversations.models import Conversation
from conversations.queries.inbox_lists import InboxList, list_rows
from conversations.queries.search import search_condition
from teams.access import Viewer


@dataclass(frozen=True)
class WholeList:
    """A list with a search text, as it was at a moment; what came or moved since then is not in it."""

    shown: InboxList
    text: str
    until: datetime


def count_in_list(viewer: Viewer, whole: WholeList) -> int:
    """Return how many conversations there are. One query."""
    return _rows_of(viewer, whole).count()


def ids_in_list(viewer: Viewer, whole: WholeList, *, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Return the next ids after one of them, in their own order, so that a change does not move them. One query."""
    rows = _rows_of(viewer, whole)
    if after is not None:
        rows = rows.filter(id__gt=after)
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def _rows_of(viewer: Viewer, whole: WholeList) -> QuerySet[Conversation]:
    rows = list_rows(viewer, whole.shown).filter(last_activity_at__lte=whole.until)
    return rows.filter(search_condition(viewer, whole.text)) if whole.text else rows
