"""What happens to agents and teams."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from hummdesk.events.event import Event


@dataclass(frozen=True, kw_only=True)
class AgentStatusChanged(Event):
    """An agent takes work now, or does not."""

    object_field: ClassVar[str] = "agent_id"

    agent_id: UUID
    status_before: str
    status: str


@dataclass(frozen=True, kw_only=True)
class LoadCorrected(Event):
    """An agent's load was not what they have in hand, and is now."""

    object_field: ClassVar[str] = "agent_id"

    agent_id: UUID
    load_before: int
    load: int
