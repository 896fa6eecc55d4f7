"""How many conversations wait in each list of the sidebar, and what stands in it.

Every number is counted up to `COUNTED_MOST` only, out of an index: `inbox_tallies` knows status, assignee and team.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet

from accounts.permissions import Permission
from conversations.models import SavedView
from conversations.queries.inbox_lists import compiled_list
from conversations.queries.saved_views import COUNTED_MOST, saved_view_counts
from conversations.queries.sharing import shared_with
from hummdesk.compiled import CompiledSql
from teams.access import Viewer
from teams.models import Agent

TABS = ("mine", "unassigned", "all")
_COUNTED = (*TABS, "drafts", "snoozed", "spam")
# Of the tags, those that are used the most among the newest uses.
_RECENT_USES, _TAGS_SHOWN, _VIEWS_SHOWN = 1000, 12, 30
_COUNTS_KEPT_S = 60


@dataclass(frozen=True)
class Entry:
    """A team, a tag or a saved view in the sidebar; `count` is at most `COUNTED_MOST` + 1, None where none is kept.

    `filters` and `version` are a saved view's.
    """

    id: UUID
    name: str
    count: int | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True)
class InboxCounts:
    """What the sidebar shows: counts of the built-in lists by name, and its teams, views and tags in order.

    `mentions` are those that the agent has not read. `last_seq` is the newest event that all this has taken in.
    """

    last_seq: int
    lists: Mapping[str, int]
    teams: Sequence[Entry]
    views: Sequence[Entry]
    tags: Sequence[Entry]


_CAPPED = f"(SELECT count(*) FROM ({{ids}} LIMIT {COUNTED_MOST + 1}) AS capped)"  # noqa: S608  # of our own words
# Raw: all that the sidebar shows in one statement, each number counted no further than it is shown.
_SIDEBAR = """
SELECT
    (SELECT coalesce(max(seq), 0) FROM events_loggedevent),
    {counts},
    (SELECT count(*) FROM (
        SELECT FROM conversations_notification
        WHERE agent_id = %s AND kind = 'mentioned' AND read_at IS NULL LIMIT %s
    ) AS capped),
    (SELECT jsonb_agg(jsonb_build_array(team.id, team.name, {of_team}) ORDER BY team.name)
        FROM teams_team team WHERE {teams}),
    (SELECT jsonb_agg(jsonb_build_array(id, name, filters, version) ORDER BY position, name, id) FROM (
        SELECT * FROM conversations_savedview WHERE id IN ({views}) ORDER BY position, name, id LIMIT %s
    ) AS shown),
    (SELECT jsonb_agg(jsonb_build_array(tag.id, tag.name) ORDER BY tag.name) FROM (
        SELECT tag_id FROM (
            SELECT tag_id FROM conversations_conversationtag ORDER BY id DESC LIMIT %s
        ) AS recent GROUP BY tag_id ORDER BY count(*) DESC, tag_id LIMIT %s
    ) AS used JOIN conversations_tag tag ON tag.id = used.tag_id)
"""  # of our own words
_OWN_TEAMS = "team.id IN (SELECT team_id FROM teams_teammember WHERE agent_id = %s)"


def tab_counts(viewer: Viewer) -> Mapping[str, int]:
    """Return the counts of the three tabs of the inbox, each at most `COUNTED_MOST` + 1. One query."""
    sql, parameters = _counts(viewer, TABS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", parameters)
        return dict(zip(TABS, cursor.fetchone() or (), strict=True))


def inbox_counts(viewer: Viewer) -> InboxCounts:
    """Return what the sidebar shows to the viewer, saved views without their counts. One query."""
    counts, count_values = _counts(viewer, _COUNTED)
    of_team, team_values = compiled_list(viewer, "team").correlated("team.id", viewer.id)
    views, view_values = _SHARED_VIEWS.given(viewer.id)
    sees_all = viewer.can(Permission.VIEW_CONVERSATIONS_ALL)
    sql = _SIDEBAR.format(
        counts=counts,
        of_team=_CAPPED.format(ids=of_team),
        teams="true" if sees_all else _OWN_TEAMS,
        views=views,
    )
    own = [] if sees_all else [viewer.id]
    mentions = [viewer.id, COUNTED_MOST + 1]
    shown = [*view_values, _VIEWS_SHOWN, _RECENT_USES, _TAGS_SHOWN]
    values: list[Any] = [*count_values, *mentions, *team_values, *own, *shown]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        last_seq, *numbers, teams, saved, tags = cursor.fetchall()[0]
    return InboxCounts(
        last_seq=last_seq,
        lists=dict(zip((*_COUNTED, "mentions"), numbers, strict=True)),
        teams=[Entry(UUID(id_), name, count) for id_, name, count in _listed(teams)],
        views=[Entry(UUID(id_), name, None, filters, version) for id_, name, filters, version in _listed(saved)],
        tags=[Entry(UUID(id_), name) for id_, name in _listed(tags)],
    )


def view_counts(
    viewer: Viewer, counts: InboxCounts, check: Callable[[Iterable[Entry]], Mapping[UUID, Mapping[str, Any]]]
) -> Mapping[UUID, int]:
    """Return how many conversations each saved view of the sidebar holds, at most `COUNTED_MOST` + 1.

    None of those that search, or whose filters do not `check`. Kept in Redis until the next event, a minute at most,
    since what a view filters by may lie in no index. One query at most.
    """
    counted = [view for view in counts.views if "q" not in view.filters]
    if not counted:
        return {}
    versions = ",".join(f"{view.id}:{view.version}" for view in counted)
    print_of_all = zlib.crc32(f"{versions} {sorted(viewer.permissions)}".encode())
    key = f"view-counts:{viewer.id}:{counts.last_seq}:{print_of_all}"
    kept: dict[UUID, int] | None = cache.get(key)
    if kept is None:
        kept = saved_view_counts(viewer, check(counted))
        cache.set(key, kept, _COUNTS_KEPT_S)
    return kept


def _counts(viewer: Viewer, kinds: Sequence[str]) -> tuple[str, list[Any]]:
    """Return SQL for a column with the count of each built-in list."""
    columns: list[str] = []
    values: list[Any] = []
    for kind in kinds:
        ids, its_own = compiled_list(viewer, kind).given(viewer.id)
        columns.append(_CAPPED.format(ids=ids))
        values += its_own
    return ", ".join(columns), values


def _listed(text: str | None) -> list[Any]:
    """Return what was gathered into a JSON array, which Django leaves as text."""
    return list(orjson.loads(text)) if text else []


def _shared_view_ids(agent_id: UUID) -> QuerySet[SavedView, Any]:
    return shared_with(Viewer(Agent(user_id=agent_id), frozenset()), SavedView).order_by().values("id")


_SHARED_VIEWS = CompiledSql(_shared_view_ids, 1)
