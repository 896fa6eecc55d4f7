"""What agents have in hand, counted in the transaction that changes it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from conversations.enums import IN_HAND, Folder
from conversations.errors import UnknownAssignee
from conversations.queries.loads import count_loads_of
from hummdesk.events.models import LoggedEvent


@dataclass
class _Touched:
    """Whose load may be another one now: agents, the assignees of conversations, and who was given one."""

    agents: set[UUID] = field(default_factory=set)
    conversations: set[UUID] = field(default_factory=set)
    given: set[UUID] = field(default_factory=set)


def recount_loads(rows: Sequence[LoggedEvent]) -> Sequence[str]:
    """Whoever has more or less in hand by these events has their load counted anew; returns no task.

    One statement when an event may change a load, and none else. Runs under the lock of the log (see `WITH_LOG`): all
    that was committed before is counted, and nobody else writes loads meanwhile.
    Raises: UnknownAssignee where an agent has left the account since they were chosen.
    """
    touched = _Touched()
    for row in rows:
        if note := _NOTES.get(row.type):
            note(touched, row.data)
    if not (touched.agents or touched.conversations or touched.given):
        return []
    left = count_loads_of(
        agent_ids=sorted(touched.agents),
        conversation_ids=sorted(touched.conversations),
        given_ids=sorted(touched.given),
        at=rows[-1].at,
    )
    if left:
        raise UnknownAssignee
    return []


def _note_assignment(touched: _Touched, data: Mapping[str, Any]) -> None:
    if data["assignee_before"]:
        touched.agents.add(UUID(data["assignee_before"]))
    if data["assignee_id"]:
        touched.given.add(UUID(data["assignee_id"]))


def _note_status(touched: _Touched, data: Mapping[str, Any]) -> None:
    if (data["status_before"] in IN_HAND) != (data["status"] in IN_HAND):
        _note_conversation(touched, data)


def _note_folder(touched: _Touched, data: Mapping[str, Any]) -> None:
    if Folder.INBOX in (data["folder_before"], data["folder"]):
        _note_conversation(touched, data)


def _note_taken_back(touched: _Touched, data: Mapping[str, Any]) -> None:
    if data["assignee_id"]:
        touched.agents.add(UUID(data["assignee_id"]))


def _note_conversation(touched: _Touched, data: Mapping[str, Any]) -> None:
    touched.conversations.add(UUID(data["conversation_id"]))


def _note_split(touched: _Touched, data: Mapping[str, Any]) -> None:
    touched.conversations.add(UUID(data["new_conversation_id"]))


def _note_end_of_split(touched: _Touched, data: Mapping[str, Any]) -> None:
    touched.conversations.add(UUID(data["from_id"]))


# A conversation that is opened with an assignee says so with an assignment, too.
_NOTES: dict[str, Callable[[_Touched, Mapping[str, Any]], None]] = {
    "ConversationAssigned": _note_assignment,
    "ConversationStatusChanged": _note_status,
    "ConversationFolderChanged": _note_folder,
    "ConversationTakenBack": _note_taken_back,
    "ConversationMerged": _note_conversation,
    "ConversationUnmerged": _note_conversation,
    "MessagesSplit": _note_split,
    "SplitUndone": _note_end_of_split,
}
