"""Messages that match a search: raw SQL, where the way to the rows must be ours and not the planner's.

What costs is not to find, but to read: PostgreSQL has to read every match to know its time and rank. So few matches
are read whole, and of many the newest ones only, in one of three ways (docs/search.md has their figures).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from conversations.queries.search_terms import TextCondition

# Matching messages that are ranked, and that a condition for lists gathers its conversations from: the newest ones.
RANKED_MESSAGES, LISTED_MESSAGES = 200, 3_000
# So many matches, as PostgreSQL guesses them, are too many to sort them by time; and so many, if it is unsure.
COMMON_MATCHES, SURELY_COMMON_MATCHES, MANY_MATCHES = 10_000, 30_000, 2_000
# So many of the newest matches are looked at for those that the viewer may see.
NEWEST_MATCHES = 500
# So many finds make it needless to look further than a way goes, for a ranking and for a list.
ENOUGH_MATCHES, ENOUGH_LISTED = 50, 1_000


class Reach(IntEnum):
    """How matches are found. A way that ends with too few is followed by the next one, up to the last."""

    # The newest 6,000 messages of the account are looked through.
    RECENT = 0
    # The newest 40,000 are.
    FAR = 1
    # The newest 500 matches are looked at for those that the viewer may see; if there are no more, that is all.
    NEWEST = 2
    # Every match that the viewer may see is read.
    ALL = 3


@dataclass(frozen=True)
class Scope:
    """What is looked for: words, a time from `after` (included) to `before`, and a query for conversations' ids.

    `is_narrow`: the conversations are few. `is_plain`: one word is asked for, whose matches PostgreSQL guesses well.
    """

    text: TextCondition
    after: datetime | None
    before: datetime | None
    conversations: str
    parameters: Sequence[Any]
    is_narrow: bool
    is_plain: bool


class Match(NamedTuple):
    """A conversation and its best message; `score` orders those of one search, and means nothing beside another's."""

    conversation_id: UUID
    message_id: UUID
    score: float


class Ranking(NamedTuple):
    """Part of the ranked matches, best first, and how they were found, for asking on."""

    matches: Sequence[Match]
    reach: Reach


_IS_VISIBLE = "EXISTS (SELECT FROM ({conversations}) AS visible WHERE visible.id = e.conversation_id OFFSET 0)"
_FROM_THE_END = f"""
hits AS MATERIALIZED (
  SELECT * FROM (SELECT * FROM conversations_searchentry e WHERE {{moments}} ORDER BY e.at DESC LIMIT %d) e
  WHERE {{text}} AND {_IS_VISIBLE} ORDER BY e.at DESC LIMIT %%s
),
way AS (SELECT (SELECT count(*) FROM hits) AS hit_count, false AS is_at_end)"""  # noqa: S608  # of our own words
_HITS = {
    Reach.RECENT: _FROM_THE_END % 6_000,
    Reach.FAR: _FROM_THE_END % 40_000,
    # An order that no index has, lest the planner walks along the one by time through the whole table.
    Reach.NEWEST: f"""
looked_at AS MATERIALIZED (
  SELECT * FROM conversations_searchentry e WHERE {{text}} AND {{moments}}
  ORDER BY e.at + interval '0' DESC LIMIT {NEWEST_MATCHES}
),
hits AS MATERIALIZED (SELECT * FROM looked_at e WHERE {_IS_VISIBLE} ORDER BY e.at DESC LIMIT %s),
way AS (
  SELECT (SELECT count(*) FROM hits) AS hit_count, (SELECT count(*) < {NEWEST_MATCHES} FROM looked_at) AS is_at_end
)""",  # noqa: S608
    Reach.ALL: """
hits AS MATERIALIZED (
  SELECT * FROM conversations_searchentry e
  WHERE {text} AND {moments} AND e.conversation_id IN ({conversations})
  ORDER BY e.at + interval '0' DESC LIMIT %s
),
way AS (SELECT (SELECT count(*) FROM hits) AS hit_count, true AS is_at_end)""",
}
# Recent conversations come first among equals: a month halves what age adds.
_RANKED = """
WITH {hits},
scored AS (
  SELECT conversation_id, message_id, at, (
    (0.05 + ts_rank_cd(vector, %s::tsquery))
    * (1 + 1 / (1 + greatest(extract(epoch FROM %s::timestamptz - at), 0) / 2592000))
  )::float8 AS score
  FROM hits
),
best AS (SELECT DISTINCT ON (conversation_id) * FROM scored ORDER BY conversation_id, score DESC, at DESC),
page AS (SELECT * FROM best WHERE {kept} ORDER BY score DESC, at DESC, message_id LIMIT %s OFFSET %s)
SELECT way.hit_count, way.is_at_end, page.conversation_id, page.message_id, page.score
FROM way LEFT JOIN page ON true
ORDER BY page.score DESC, page.at DESC, page.message_id"""
_NEWEST_CONVERSATIONS = """
WITH {hits},
best AS (SELECT conversation_id, max(at) AS at FROM hits GROUP BY conversation_id),
page AS (SELECT * FROM best WHERE {kept} ORDER BY at DESC LIMIT %s)
SELECT way.hit_count, way.is_at_end, page.conversation_id FROM way LEFT JOIN page ON true ORDER BY page.at DESC"""
_KEPT = """NOT EXISTS (
  SELECT FROM conversations_searchentry other
  WHERE other.conversation_id = best.conversation_id AND other.vector @@ %s::tsquery
)"""


def ranked_matches(
    scope: Scope, *, as_of: datetime, limit: int, offset: int = 0, reach: Reach | None = None
) -> Ranking:
    """Return one match for each conversation out of the newest 200 matching messages; age counts from `as_of`.

    With `reach`, which an earlier call has returned, the same ones. One to four queries.
    """
    values = [scope.text.any_wanted, as_of]
    ways = _ways(scope) if reach is None else [reach]
    run = partial(_run, scope, _RANKED, most=RANKED_MESSAGES, values=values, paging=[limit, offset])
    rows, reached = _first_enough(ways, run, ENOUGH_MATCHES)
    return Ranking([Match(*row) for row in rows], reached)


def newest_matching_ids(scope: Scope, limit: int) -> list[UUID]:
    """Return the ids of conversations with the newest matching messages, those first. One to four queries."""
    ways = [way for way in _ways(scope) if way in (Reach.FAR, Reach.ALL)]
    run = partial(_run, scope, _NEWEST_CONVERSATIONS, most=LISTED_MESSAGES, values=[], paging=[limit])
    rows, _reached = _first_enough(ways, run, ENOUGH_LISTED)
    return [conversation_id for (conversation_id,) in rows]


def _first_enough(ways: Sequence[Reach], run: Callable[[Reach], list[Any]], enough: int) -> tuple[list[Any], Reach]:
    rows, way = [], ways[-1]
    for way in ways:
        rows = run(way)
        hit_count, is_at_end, *_row = rows[0]
        if is_at_end or hit_count >= enough:
            break
    # Without finds there is one row nevertheless, with the two numbers.
    return [row[2:] for row in rows if row[2] is not None], way


def _ways(scope: Scope) -> Sequence[Reach]:
    """Return what to try. At most two queries, for PostgreSQL's guess, and whether there are as few as it thinks."""
    if scope.is_narrow:
        return [Reach.ALL]
    guess = _guessed_matches(scope.text.asked) if scope.text.wanted else SURELY_COMMON_MATCHES
    if guess >= SURELY_COMMON_MATCHES:
        return [Reach.RECENT, Reach.FAR, Reach.ALL]
    # One word is guessed well unless it has many forms that PostgreSQL does not know, several words too low.
    if (guess > COMMON_MATCHES or not scope.is_plain) and _has_many_matches(scope.text.asked):
        return [Reach.RECENT, Reach.NEWEST, Reach.ALL]
    return [Reach.NEWEST, Reach.ALL]


def _guessed_matches(asked: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (FORMAT JSON) SELECT FROM conversations_searchentry WHERE vector @@ %s::tsquery", [asked]
        )
        plan = cursor.fetchone()[0]
    return int((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"])


def _has_many_matches(asked: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM conversations_searchentry WHERE vector @@ %s::tsquery LIMIT %s) AS e",
            [asked, MANY_MATCHES + 1],
        )
        return bool(cursor.fetchone()[0] > MANY_MATCHES)


def _run(
    scope: Scope, statement: str, way: Reach, *, most: int, values: Sequence[Any], paging: Sequence[Any]
) -> list[Any]:
    asked, excluded = scope.text.asked, scope.text.excluded
    text = "e.vector @@ %s::tsquery" if asked else "true"
    text_values: list[Any] = [asked] if asked else []
    limits = [("e.at >= %s", scope.after), ("e.at < %s", scope.before)]
    moments = [(says, value) for says, value in limits if value is not None]
    moment_values = [value for _says, value in moments]
    hits = _HITS[way].format(
        text=text, moments=" AND ".join(says for says, _value in moments) or "true", conversations=scope.conversations
    )
    inner = [*moment_values, *text_values] if way in (Reach.RECENT, Reach.FAR) else [*text_values, *moment_values]
    kept = _KEPT if excluded else "true"
    kept_values: list[Any] = [excluded] if excluded else []
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(hits=hits, kept=kept),
            [*inner, *scope.parameters, most, *values, *kept_values, *paging],
        )
        rows: list[Any] = cursor.fetchall()
        return rows
