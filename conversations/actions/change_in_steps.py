"""A change of many conversations, in steps of as many as one action takes."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime

from conversations.actions.change_conversations import change_conversations
from conversations.errors import SnoozeInPast
from conversations.queries.changes import BULK_MOST
from conversations.queries.way_back import ways_back
from teams.access import Viewer


@dataclass(frozen=True)
class ChangeGroup:
    """Conversations that get the same changes, and what those are, in the words of `change_conversation`."""

    ids: tuple[str, ...]
    changes: Mapping[str, Any]

    def parsed(self) -> dict[str, Any]:
        """Return the changes with a moment where the group, which may come from a page, has its text.

        Raises: SnoozeInPast for a text that is none.
        """
        wakes_at = self.changes.get("snoozed_until")
        if not isinstance(wakes_at, str):
            return dict(self.changes)
        try:
            moment = parse_datetime(wakes_at)
        except ValueError:
            raise SnoozeInPast from None
        if moment is None or moment.tzinfo is None:
            raise SnoozeInPast
        return {**self.changes, "snoozed_until": moment}


@dataclass
class StepTally:
    """What became of the conversations of one step or more; `failed` counts them by the reason."""

    done: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    back: list[ChangeGroup] = field(default_factory=list)


def change_groups(*, viewer: Viewer, groups: Sequence[ChangeGroup], tally: StepTally) -> None:
    """All of the conversations are changed as `change_conversations` does, and the tally knows how and the way back.

    Raises: PermissionDenied, ValidationFailed.
    """
    for group in groups:
        changes = group.parsed()
        back = ways_back(viewer, group.ids, changes)
        results = change_conversations(viewer=viewer, ids=group.ids, changes=changes)
        tally.failed.update(str(one.error.detail) for one in results if one.error)
        changed = [one.conversation_id for one in results if one.error is None and one.conversation_id]
        tally.done += len(changed)
        tally.back = together([*tally.back, *_back_groups(changed, back)])


def first_step(groups: Sequence[ChangeGroup]) -> tuple[list[ChangeGroup], list[ChangeGroup]]:
    """Return the groups of the next step, and those that are left for later steps."""
    now: list[ChangeGroup] = []
    later: list[ChangeGroup] = []
    room = BULK_MOST
    for group in groups:
        if room:
            now.append(ChangeGroup(group.ids[:room], group.changes))
        if len(group.ids) > room:
            later.append(ChangeGroup(group.ids[room:], group.changes))
        room = max(0, room - len(group.ids))
    return now, later


def together(groups: Sequence[ChangeGroup]) -> list[ChangeGroup]:
    """Return one group for all that have the same changes."""
    by_changes: dict[str, list[ChangeGroup]] = {}
    for group in groups:
        by_changes.setdefault(json.dumps(group.changes, sort_keys=True), []).append(group)
    return [
        ChangeGroup(tuple(word for one in same for word in one.ids), same[0].changes) for same in by_changes.values()
    ]


def _back_groups(ids: Sequence[UUID], back: Mapping[UUID, dict[str, Any]]) -> Iterator[ChangeGroup]:
    for changed in ids:
        if back.get(changed):
            yield ChangeGroup((str(changed),), back[changed])
