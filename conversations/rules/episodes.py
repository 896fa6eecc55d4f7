"""States that last, by which rules of time act: which one a conversation is in, and since when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conversations.enums import IN_HAND, Folder, RuleTrigger, Status

# After these one of the states may begin or end.
EPISODE_EVENTS = frozenset(
    {
        "ConversationOpened",
        "MessageReceived",
        "ReplySent",
        "ConversationStatusChanged",
        "ConversationAssigned",
        "ConversationFolderChanged",
        "ConversationMerged",
        "ConversationUnmerged",
        "ConversationAbsorbed",
        "ConversationReleased",
        "MessagesSplit",
        "SplitUndone",
    }
)


@dataclass(frozen=True)
class EpisodeFacts:
    """What tells the states of one conversation; moments are aware, None for what has not happened."""

    status: str
    folder: str
    is_merged: bool
    is_assigned: bool
    created_at: datetime
    waiting_since: datetime | None
    resolved_at: datetime | None
    pending_at: datetime | None = None
    opened_at: datetime | None = None
    unassigned_at: datetime | None = None
    replied_at: datetime | None = None


@dataclass(frozen=True)
class Episode:
    """A state with its begin, which its key names."""

    trigger: RuleTrigger
    began_at: datetime

    @property
    def key(self) -> str:
        """The name under which a rule acts on it once."""
        return f"{self.trigger}:{self.began_at.isoformat()}"


def episode_of(trigger: str, facts: EpisodeFacts) -> Episode | None:
    """Return the state that a trigger of time waits for, None where the conversation is not in it."""
    if facts.is_merged or facts.folder != Folder.INBOX:
        return None
    began_at = _BEGIN[RuleTrigger(trigger)](facts)
    return Episode(RuleTrigger(trigger), began_at) if began_at else None


def _waits(facts: EpisodeFacts) -> datetime | None:
    return facts.waiting_since if facts.status in IN_HAND else None


def _silent(facts: EpisodeFacts) -> datetime | None:
    """Since we asked: the later of our reply and of being put to wait."""
    if facts.status != Status.PENDING or facts.waiting_since is not None:
        return None
    return max(filter(None, (facts.created_at, facts.pending_at, facts.replied_at)))


def _unassigned(facts: EpisodeFacts) -> datetime | None:
    if facts.status != Status.OPEN or facts.is_assigned:
        return None
    return max(filter(None, (facts.created_at, facts.opened_at, facts.unassigned_at)))


def _resolved(facts: EpisodeFacts) -> datetime | None:
    return facts.resolved_at if facts.status == Status.RESOLVED else None


_BEGIN: Mapping[Any, Callable[[EpisodeFacts], datetime | None]] = {
    RuleTrigger.CUSTOMER_WAITS: _waits,
    RuleTrigger.CUSTOMER_SILENT: _silent,
    RuleTrigger.UNASSIGNED_FOR: _unassigned,
    RuleTrigger.RESOLVED_FOR: _resolved,
}
