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


@dataclass(frozen=True, kw_only=True)
class HoursChanged(Event):
    """Business hours are new, or others in what `changed` names: fields, periods, days."""

    object_field: ClassVar[str] = "hours_id"

    hours_id: UUID
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class HoursDeleted(Event):
    """Business hours that nothing used are gone."""

    object_field: ClassVar[str] = "hours_id"

    hours_id: UUID
