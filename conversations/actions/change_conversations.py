"""The same changes for many conversations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.permissions import Permission
from conversations.access import visible_conversations, with_any_id
from conversations.actions.change_conversation import apply_changes
from conversations.models import Conversation
from conversations.queries.changes import CheckedChanges, checked_changes
from hummdesk.errors import DomainError, NotFound
from hummdesk.events.publishing import action
from teams.access import Viewer

# An action, so that the events of a conversation that fails go with what was done in it.
_apply_or_leave = action(apply_changes)


@dataclass(frozen=True)
class Changed:
    """What became of one conversation, or why it stayed as it was. `asked` is the word that named it."""

    asked: str
    conversation_id: UUID | None
    error: DomainError | None = None


@action
def change_conversations(*, viewer: Viewer, ids: Sequence[str], changes: Mapping[str, Any]) -> Sequence[Changed]:
    """Each of the conversations, named by id or display_id, has all of the changes or none; in the order asked.

    One that is named twice is changed once, and has one result. Those that the viewer may not see are NotFound.

    Locks all of them in the order of their ids, before anything is changed.
    Raises: PermissionDenied, ValidationFailed for changes that no conversation could take.
    Publishes what `change_conversation` does.
    """
    viewer.require(Permission.REPLY)
    checked = checked_changes(changes)
    rows = visible_conversations(viewer).filter(with_any_id(ids)).prefetch_related("tags")
    locked = list(rows.order_by("id").select_for_update(of=("self",)))
    by_word = {str(row.id): row for row in locked} | {str(row.display_id): row for row in locked}
    results: dict[str, Changed] = {}
    for word in ids:
        row = by_word.get(_spelt(word))
        results.setdefault(str(row.id) if row else word, Changed(word, row.id if row else None))
    return [_changed(viewer, one, by_word, checked) for one in results.values()]


def _changed(viewer: Viewer, one: Changed, rows: Mapping[str, Conversation], changes: CheckedChanges) -> Changed:
    if one.conversation_id is None:
        return replace(one, error=NotFound())
    try:
        with transaction.atomic():
            _apply_or_leave(rows[str(one.conversation_id)], changes, actor=viewer.actor)
    except DomainError as error:
        return replace(one, error=error)
    return one


def _spelt(word: str) -> str:
    """Return an id as this module writes it: without leading zeros, capitals, braces."""
    try:
        return str(int(word)) if word.isascii() and word.isdigit() else str(UUID(word))
    except ValueError:
        return word
