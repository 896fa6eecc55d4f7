"""Who is looking: an agent with the permissions of their role, and what of teams and agents they may change."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.permissions import Permission, permissions_of
from hummdesk.errors import NotAMember, PermissionDenied
from hummdesk.events.actor import Actor
from teams.models import Agent, Team
from teams.queries import agent_of_user
from teams.queries.agents import agents_led_by, get_agent
from teams.queries.teams import team_row, team_rows, teams_led_by

# What agents may say of themselves.
OWN_FIELDS = frozenset({"status", "languages", "out_from_on", "out_until_on", "substitute_id"})
# What leaders may say of those in their teams, and of the teams.
LED_AGENT_FIELDS = frozenset({"status", "max_capacity"})
LED_TEAM_FIELDS = frozenset({"routing", "is_sticky", "hours_id", "sla_policy_id"})
AGENT_FIELDS = OWN_FIELDS | LED_AGENT_FIELDS | {"skills"}


@dataclass(frozen=True)
class Viewer:
    """The agent on whose behalf something is read or changed."""

    agent: Agent
    permissions: frozenset[Permission]
    role_label: str = ""

    @property
    def id(self) -> UUID:
        """The agent's id, which is the user's."""
        return self.agent.user_id

    @cached_property
    def actor(self) -> Actor:
        """The agent as the log names them."""
        return Actor.agent(self.id)

    @cached_property
    def led_team_ids(self) -> frozenset[UUID]:
        """The teams that the agent leads. One query, the first time."""
        return teams_led_by(self.id)

    def can(self, permission: Permission) -> bool:
        """Return whether the role carries the permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raises: PermissionDenied without the permission."""
        if not self.can(permission):
            raise PermissionDenied


def viewer_of(membership: Membership | None) -> Viewer:
    """Return the viewer that a membership makes. One query. Raises: NotAMember."""
    agent = agent_of_user(membership.user_id) if membership else None
    if not membership or agent is None:
        raise NotAMember
    return Viewer(agent, permissions_of(membership.role), str(membership.get_role_display()))


def manageable_teams(viewer: Viewer) -> QuerySet[Team]:
    """Return the teams of which the viewer may change something, as `team_rows` does."""
    rows = team_rows()
    return rows if viewer.can(Permission.MANAGE_TEAMS) else rows.filter(id__in=viewer.led_team_ids)


def get_team_for(viewer: Viewer, team_id: UUID) -> Team:
    """Return a team of which the viewer may change something. Raises: NotFound, PermissionDenied."""
    team = manageable_teams(viewer).filter(id=team_id).first()
    if team is None:
        team_row(team_id)
        raise PermissionDenied
    return team


def agent_fields_for(viewer: Viewer, agent_id: UUID) -> frozenset[str]:
    """Return which fields of an agent the viewer may change, none of them for most. One query at most."""
    if viewer.can(Permission.MANAGE_TEAMS):
        return AGENT_FIELDS
    led = LED_AGENT_FIELDS if agent_id in agents_led_by(viewer.id) else frozenset()
    return led | OWN_FIELDS if agent_id == viewer.id else led


def get_agent_for(viewer: Viewer, agent_id: UUID) -> Agent:
    """Return an agent of whom the viewer may change something, as `get_agent` does.

    Raises: NotFound, PermissionDenied.
    """
    agent = get_agent(agent_id)
    if not agent_fields_for(viewer, agent_id):
        raise PermissionDenied
    return agent
