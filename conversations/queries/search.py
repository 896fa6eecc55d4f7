"""Finding conversations by what is said in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.core.exceptions import EmptyResultSet
from django.db.models import Q, QuerySet

from conversations.access import visible_conversations
from conversations.models import Conversation
from conversations.queries.search_conditions import folder_condition, is_narrow, moment_of, operator_condition
from conversations.queries.search_matches import Match, Ranking, Reach, Scope, newest_matching_ids, ranked_matches
from conversations.queries.search_terms import Lexicon, TextCondition
from conversations.search_query import SearchQuery, TermKind, parse_search
from teams.access import Viewer

# Conversations that the condition for lists names.
LISTED_CONVERSATIONS = 1_000
# With fewer finds than this, names are looked through for other spellings.
FEW_FINDS = 5


@dataclass(frozen=True)
class SearchStart:
    """Where a page of finds begins, so that the next ones come from the same ranking; `as_of` is aware."""

    offset: int
    as_of: datetime
    reach: Reach | None = None
    is_respelt: bool = False


@dataclass(frozen=True)
class SearchPage:
    """Matches, best first; where the next page begins, None after the last; and the texts to highlight."""

    matches: Sequence[Match]
    following: SearchStart | None
    text: TextCondition


def search_condition(viewer: Viewer, text: str) -> Q:
    """Return the condition on conversations that they match the search, among those that the viewer may see.

    If words are asked for, of those that match the 1,000 with the newest matching messages, whatever their folder.
    Up to seven queries, most often two, and one for each tag, team and assignee that is named.
    """
    query = parse_search(text)
    if query.is_empty and text.strip():
        return Q(pk__in=[])
    condition = operator_condition(viewer, query)
    if not _asks_messages(query):
        return condition
    lexicon = Lexicon(query, viewer.agent.email)
    scope = _scope(visible_conversations(viewer).filter(condition), query)
    if scope is None:
        return Q(pk__in=[])
    found = newest_matching_ids(scope(lexicon.condition()), LISTED_CONVERSATIONS)
    if len(found) < FEW_FINDS and (spellings := lexicon.spellings()):
        found = newest_matching_ids(scope(lexicon.condition(spellings)), LISTED_CONVERSATIONS)
    return Q(pk__in=found)


def search_conversations(
    viewer: Viewer, text: str, *, start: SearchStart, limit: int, within: QuerySet[Conversation] | None = None
) -> SearchPage:
    """Return conversations that match and that the viewer may see, the best first.

    They are among those `within`, which the viewer may see; without it they lie in the inbox unless the search says
    `is:spam` or `is:trash`. With words, the newest 200 matching messages
    are ranked; without, conversations come by their last activity. Up to seven queries, most often three.
    """
    query = parse_search(text)
    rows = visible_conversations(viewer).filter(folder_condition(query)) if within is None else within
    rows = rows.filter(operator_condition(viewer, query))
    if not _asks_messages(query):
        return _by_activity(rows, query, start, limit)
    lexicon = Lexicon(query, viewer.agent.email)
    scope = _scope(rows, query)
    if scope is None:
        return SearchPage([], None, TextCondition())
    words = lexicon.condition(lexicon.spellings() if start.is_respelt else None)
    ranking = _ranked(scope(words), start, limit)
    is_respelt = start.is_respelt
    if not start.offset and len(ranking.matches) < FEW_FINDS and (spellings := lexicon.spellings()):
        words, is_respelt = lexicon.condition(spellings), True
        ranking = _ranked(scope(words), start, limit)
    return _page(ranking, start, limit, words, is_respelt=is_respelt)


def _asks_messages(query: SearchQuery) -> bool:
    return bool(query.terms or query.after or query.before)


def _ranked(scope: Scope, start: SearchStart, limit: int) -> Ranking:
    return ranked_matches(scope, as_of=start.as_of, limit=limit + 1, offset=start.offset, reach=start.reach)


def _page(ranking: Ranking, start: SearchStart, limit: int, words: TextCondition, *, is_respelt: bool) -> SearchPage:
    following = SearchStart(start.offset + limit, start.as_of, ranking.reach, is_respelt)
    has_more = len(ranking.matches) > limit
    return SearchPage(ranking.matches[:limit], following if has_more else None, words)


def _scope(rows: QuerySet[Conversation], query: SearchQuery) -> Callable[[TextCondition], Scope] | None:
    """Return what makes the scope of a text, None when no conversation can match."""
    try:
        ids, parameters = rows.values("id").query.sql_with_params()
    except EmptyResultSet:
        return None
    after = moment_of(query.after) if query.after else None
    before = moment_of(query.before) if query.before else None
    return partial(
        Scope,
        after=after,
        before=before,
        conversations=ids,
        parameters=parameters,
        is_narrow=is_narrow(query),
        is_plain=len(query.terms) == 1 and query.terms[0].kind not in (TermKind.PHRASE, TermKind.PREFIX),
    )


def _by_activity(rows: QuerySet[Conversation], query: SearchQuery, start: SearchStart, limit: int) -> SearchPage:
    if query.is_empty:
        return SearchPage([], None, TextCondition())
    found = rows.filter(last_message_id__isnull=False).order_by("-last_activity_at", "-id")
    asked = found.values_list("id", "last_message_id")[start.offset : start.offset + limit + 1]
    matches = [Match(row_id, message_id, 0.0) for row_id, message_id in asked if message_id]
    return _page(Ranking(matches, Reach.ALL), start, limit, TextCondition(), is_respelt=False)
