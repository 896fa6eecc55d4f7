"""Who is looking: an agent with the permissions of their role."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from accounts.models import Membership
from accounts.permissions import Permission, permissions_of
from hummdesk.errors import NotAMember, PermissionDenied
from hummdesk.events.actor import Actor
from teams.models import Agent
from teams.queries import agent_of_user


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
