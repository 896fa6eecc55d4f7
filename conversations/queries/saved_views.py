"""How many conversations the saved views hold."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from conversations.models import Conversation, ConversationTag
from conversations.queries.conversations import NOBODY, filtered_conversations
from teams.access import Viewer

# Counting stops here, so that no view makes the whole list slow.
COUNTED_MOST = 1000
# Raw, since the ORM counts one list by one query.
_COUNT = "SELECT %s::uuid, count(*) FROM ({ids}) AS found"


def saved_view_counts(viewer: Viewer, filters_of: Mapping[UUID, Mapping[str, Any]]) -> dict[UUID, int]:
    """Return how many conversations each view holds for the viewer, by the view's id: at most `COUNTED_MOST` + 1.

    `filters_of` has each view's filters, checked. One query, however many the views.
    """
    counts = dict.fromkeys(filters_of, 0)
    branches, parameters = [], []
    for view_id, filters in filters_of.items():
        try:
            ids, its_own = _capped(viewer, filters).query.sql_with_params()
        except EmptyResultSet:  # the filters contradict each other
            continue
        branches.append(_COUNT.format(ids=ids))
        parameters += [view_id, *its_own]
    if branches:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(branches), parameters)
            counts |= dict(cursor.fetchall())
    return counts


def _capped(viewer: Viewer, filters: Mapping[str, Any]) -> QuerySet[Conversation, Any]:
    """The same as the list shows; tags and categories are looked up within the query, for one query counts all."""
    rest = {name: value for name, value in filters.items() if name not in ("tag", "category")}
    rows = filtered_conversations(viewer, rest)
    if "tag" in filters:
        tagged = ConversationTag.objects.filter(conversation=OuterRef("id"), tag__name__in=filters["tag"])
        rows = rows.filter(Exists(tagged))
    if "category" in filters:
        slugs = filters["category"]
        rows = rows.filter(Q(category__slug__in=slugs) | (Q(category=None) if NOBODY in slugs else Q(pk__in=[])))
    return rows.values("id")[: COUNTED_MOST + 1]
