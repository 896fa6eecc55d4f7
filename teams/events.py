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


@dataclass(frozen=True, kw_only=True)
class AgentChanged(Event):
    """What an agent can take is different; `changed` names the fields."""

    object_field: ClassVar[str] = "agent_id"

    agent_id: UUID
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AgentRetired(Event):
    """Somebody is no agent of the account any more."""

    object_field: ClassVar[str] = "agent_id"

    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class TeamAdded(Event):
    """There is a new team; it serves these categories."""

    object_field: ClassVar[str] = "team_id"

    team_id: UUID
    category_ids: tuple[UUID, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class TeamChanged(Event):
    """A team is different; `changed` names the fields. It serves these categories from now on, None for no change."""

    object_field: ClassVar[str] = "team_id"

    team_id: UUID
    changed: tuple[str, ...]
    category_ids: tuple[UUID, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class TeamDeleted(Event):
    """A team is about to go; what it had goes to the team `move_to`, None for to nobody."""

    object_field: ClassVar[str] = "team_id"

    team_id: UUID
    move_to: UUID | None


@dataclass(frozen=True, kw_only=True)
class TeamJoined(Event):
    """An agent is in a team, in this role."""

    object_field: ClassVar[str] = "team_id"

    team_id: UUID
    agent_id: UUID
    role_before: str | None
    role: str


@dataclass(frozen=True, kw_only=True)
class TeamLeft(Event):
    """An agent is not in a team any more."""

    object_field: ClassVar[str] = "team_id"

    team_id: UUID
    agent_id: UUID


@dataclass(frozen=True, kw_only=True)
class SkillChanged(Event):
    """A skill has another name, or is about to go: then `name` is None."""

    object_field: ClassVar[str] = "skill_id"

    skill_id: UUID
    name_before: str
    name: str | None
