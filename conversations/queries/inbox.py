"""Which conversations and messages the inbox page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from uuid import UUID

from django.db.models import QuerySet

from accounts.permissions import Permission
from conversations.access import seen_by, sight_of, visible_conversations
from conversations.models import Conversation, Message
from conversations.queries.inbox_lists import (
    ORDER_COLUMNS,
    SEARCH,
    InboxList,
    compiled_list,
    is_compiled,
    list_rows,
)
from conversations.queries.inbox_rows import InboxRow, inbox_rows, read_rows
from conversations.queries.search import SearchStart, search_conversations
from conversations.queries.search_snippets import Snippet, snippets
from hummdesk.compiled import CompiledLookup
from hummdesk.errors import NotFound
from hummdesk.keyset import KeysetPage, cursor_after, keyset_page
from teams.access import Viewer


@dataclass(frozen=True)
class InboxFind:
    """A row of the list, and where in it the words of the search are."""

    row: InboxRow
    snippet: Snippet | None = None


def inbox_page(viewer: Viewer, shown: InboxList, *, after: str | None = None, limit: int = 50) -> KeysetPage[InboxRow]:
    """Return conversations of a list that the viewer may see, in its order, after a cursor.

    One query whatever the limit; a second where a further page reaches the rows without a time to be ordered by.
    Raises: ValidationFailed for a forged cursor.
    """
    if after is None and is_compiled(shown):
        return _first_page(viewer, shown, limit)
    page: KeysetPage[InboxRow] = keyset_page(
        list_rows(viewer, shown),
        ORDER_COLUMNS[shown.ordering],
        limit=limit,
        cursor=after or "",
        ordering=shown.ordering,
        read=partial(inbox_rows, viewer),
    )
    return page


def _first_page(viewer: Viewer, shown: InboxList, limit: int) -> KeysetPage[InboxRow]:
    """The same as `keyset_page` gives, out of SQL that is kept."""
    ids = compiled_list(viewer, shown.kind, ordering=shown.ordering)
    sql, parameters = ids.given(viewer.id, *([shown.id] if shown.id else []))
    found = read_rows(viewer, f"{sql} LIMIT {limit + 1}", parameters)
    rows = found[:limit]
    if len(found) <= limit:
        return KeysetPage(rows, None, None)
    values = [getattr(rows[-1], name.removeprefix("-")) for name in (*ORDER_COLUMNS[shown.ordering], "id")]
    return KeysetPage(rows, cursor_after(values, ordering=shown.ordering), None)


def inbox_finds(
    viewer: Viewer, shown: InboxList, text: str, *, start: SearchStart, limit: int
) -> tuple[Sequence[InboxFind], SearchStart | None]:
    """Return what the search finds in a list, the best first, and where the next page begins.

    Queries: those of `search_conversations`, and two.
    """
    within = None if shown.kind == SEARCH else list_rows(viewer, shown)
    page = search_conversations(viewer, text, start=start, limit=limit, within=within)
    if not page.matches:
        return [], None
    ids = [match.conversation_id for match in page.matches]
    rows = {row.id: row for row in inbox_rows(viewer, visible_conversations(viewer).filter(id__in=ids))}
    marked = snippets([match.message_id for match in page.matches], page.text)
    finds = [
        InboxFind(rows[match.conversation_id], marked.get(match.message_id))
        for match in page.matches
        if match.conversation_id in rows
    ]
    return finds, page.following


def conversation_for_page(viewer: Viewer, display_id: int) -> Conversation:
    """Return one conversation with contact, company, assignee, team and category. One query.

    Raises: NotFound when it is missing or not the viewer's to see.
    """
    sight = sight_of(viewer)
    if not sight or display_id > _LAST_NUMBER:
        raise NotFound
    whose = () if Permission.VIEW_CONVERSATIONS_ALL in sight else (viewer.id,)
    found = _by_number(sight).first(display_id, *whose)
    if found is None:
        raise NotFound
    return found


# What the column holds at most.
_LAST_NUMBER = 2**31 - 1
_ANYBODY = UUID(int=0)


@lru_cache
def _by_number(sight: frozenset[Permission]) -> CompiledLookup[Conversation]:
    """SQL for a number and, unless they see all, the viewer's id."""

    def build(display_id: int, agent_id: UUID = _ANYBODY) -> QuerySet[Conversation]:
        rows = seen_by(agent_id, sight).filter(display_id=display_id)
        return rows.select_related("contact", "contact__company", "assignee", "team", "category")

    return CompiledLookup(build, int, *(() if Permission.VIEW_CONVERSATIONS_ALL in sight else (UUID,)))


def newest_messages(conversation: Conversation, limit: int) -> Sequence[Message]:
    """Return the newest messages, oldest first, with authors and attachments. Two queries."""
    rows = conversation.messages.select_related("contact", "agent").prefetch_related("attachments")
    return list(rows.filter(deleted_at=None).order_by("-created_at", "-id")[:limit])[::-1]
