"""What happens to the promises of a conversation."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from hummdesk.events.event import Event


@dataclass(frozen=True, kw_only=True)
class SlaPolicySet(Event):
    """An agent or a rule has chosen what is promised; `policy_id` None leaves it to the scopes again."""

    conversation_id: UUID
    policy_before: UUID | None
    policy_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class PromisesChanged(Event):
    """The times that lists and details show of its clocks are others now."""

    conversation_id: UUID
    policy_id: UUID | None
    due_at: str | None


@dataclass(frozen=True, kw_only=True)
class SlaWarned(Event):
    """A promised time is near, and what was promised has not happened yet; `kind` is the clock's."""

    conversation_id: UUID
    due_at: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class SlaBreached(Event):
    """A promised time ran out at `due_at`, and what was promised had not happened; `kind` is the clock's."""

    conversation_id: UUID
    due_at: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class SlaPolicyChanged(Event):
    """A policy is new, gone or different in what `changed` names: columns, or `scopes`."""

    object_field: ClassVar[str] = "policy_id"

    policy_id: UUID
    changed: tuple[str, ...] = ()
