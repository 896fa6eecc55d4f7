"""What a page of the search shows of each find."""

from collections.abc import Sequence
from dataclasses import dataclass

from conversations.access import visible_conversations
from conversations.queries.conversations import ConversationRow, conversation_rows
from conversations.queries.search import SearchPage
from conversations.queries.search_matches import Match
from conversations.queries.search_snippets import Snippet, snippets
from teams.access import Viewer


@dataclass(frozen=True)
class Find:
    """A conversation, as lists show it, and where in it the words are."""

    match: Match
    conversation: ConversationRow
    snippet: Snippet


def finds_of(viewer: Viewer, page: SearchPage) -> Sequence[Find]:
    """Return the finds of a page in its order, without those that went away meanwhile. Two queries."""
    if not page.matches:
        return []
    ids = [match.conversation_id for match in page.matches]
    rows = {row["id"]: row for row in conversation_rows(viewer, visible_conversations(viewer).filter(id__in=ids))}
    shown = snippets([match.message_id for match in page.matches], page.text)
    return [
        Find(match, rows[match.conversation_id], shown[match.message_id])
        for match in page.matches
        if match.conversation_id in rows and match.message_id in shown
    ]
