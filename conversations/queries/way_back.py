"""What would take a change of conversations back: the values that they have before it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from conversations.access import visible_conversations, with_any_id
from conversations.enums import Status
from conversations.models import Conversation
from teams.access import Viewer

Changes = Mapping[str, Any]


def ways_back(viewer: Viewer, ids: Sequence[str], changes: Changes) -> Mapping[UUID, dict[str, Any]]:
    """Return for each conversation that the viewer may see what takes these changes back, by its id.

    What is so already is left out: an empty way back means that nothing would change. Keys and values are those of
    `change_conversation`; moments are ISO 8601. Two queries.
    """
    rows = visible_conversations(viewer).filter(with_any_id(ids)).select_related("category").prefetch_related("tags")
    return {row.id: _way_back(row, changes) for row in rows}


def _way_back(row: Conversation, changes: Changes) -> dict[str, Any]:
    back: dict[str, Any] = {}
    for name in changes:
        if name in _BACK:
            back |= _BACK[name](row, changes)
    return back


def _status(row: Conversation, changes: Changes) -> dict[str, Any]:
    wakes_at: datetime | None = changes.get("snoozed_until")
    if row.status == changes["status"] and row.snoozed_until == wakes_at:
        return {}
    # What is closed can't be put to sleep again, nor can it sleep until a moment that is over.
    is_over = row.snoozed_until is not None and row.snoozed_until <= timezone.now()
    if row.status != Status.SNOOZED or is_over or changes["status"] == Status.CLOSED:
        return {"status": Status.OPEN.value if row.status == Status.SNOOZED else row.status}
    return {"status": row.status, "snoozed_until": row.snoozed_until.isoformat() if row.snoozed_until else None}


def _add_tags(row: Conversation, changes: Changes) -> dict[str, Any]:
    there = {tag.name.lower() for tag in row.tags.all()}
    come = [name for name in changes["add_tags"] if name.lower() not in there]
    return {"remove_tags": come} if come else {}


def _remove_tags(row: Conversation, changes: Changes) -> dict[str, Any]:
    gone = {name.lower() for name in changes["remove_tags"]}
    names = [tag.name for tag in row.tags.all() if tag.name.lower() in gone]
    return {"add_tags": names} if names else {}


def _column(name: str, read: Callable[[Conversation], Any]) -> Callable[[Conversation, Changes], dict[str, Any]]:
    def back(row: Conversation, changes: Changes) -> dict[str, Any]:
        before = read(row)
        asked = changes[name]
        return {} if (asked is None and before is None) or str(before) == str(asked) else {name: before}

    return back


def _text_of(id: UUID | None) -> str | None:
    return str(id) if id else None


_BACK: Mapping[str, Callable[[Conversation, Changes], dict[str, Any]]] = {
    "status": _status,
    "add_tags": _add_tags,
    "remove_tags": _remove_tags,
    "assignee_id": _column("assignee_id", lambda row: _text_of(row.assignee_id)),
    "team_id": _column("team_id", lambda row: _text_of(row.team_id)),
    "priority": _column("priority", lambda row: row.priority),
    "subject": _column("subject", lambda row: row.subject),
    "category": _column("category", lambda row: row.category.slug if row.category else None),
    "folder": _column("folder", lambda row: row.folder),
    "sla_policy_id": _column(
        "sla_policy_id", lambda row: _text_of(row.sla_policy_id if row.sla_policy_is_set else None)
    ),
}
