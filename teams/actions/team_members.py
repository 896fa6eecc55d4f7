"""Who is in a team: for those who manage teams; its leaders put agents in and take them out, too."""

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.permissions import Permission
from hummdesk.errors import NotFound, PermissionDenied
from hummdesk.events.publishing import action, publish
from teams.access import Viewer
from teams.enums import TeamRole
from teams.errors import FieldRefused
from teams.events import TeamJoined, TeamLeft
from teams.models import Agent, TeamMember
from teams.queries.teams import leads_team, lock_team


@action
def put_in_team(*, viewer: Viewer, team_id: UUID, agent_id: UUID, role: TeamRole) -> tuple[TeamMember, bool]:
    """The agent is in the team, in this role; returns the place, and whether it is new.

    Only those who manage teams make leaders, and unmake them.
    Locks the team. Raises: NotFound, PermissionDenied, ValidationFailed for an unknown agent (`user_id`).
    Publishes: TeamJoined if the agent was not in it, or in another role.
    """
    lock_team(team_id)
    _require(viewer, team_id)
    place = TeamMember.objects.filter(team_id=team_id, agent_id=agent_id).first()
    before = place.role if place else None
    if before == role and place is not None:
        return place, False
    if TeamRole.LEADER in (before, role):
        viewer.require(Permission.MANAGE_TEAMS)
    if not Agent.objects.filter(pk=agent_id, is_active=True).exists():
        raise FieldRefused("user_id", _("There is no such agent."))
    place, is_new = TeamMember.objects.update_or_create(team_id=team_id, agent_id=agent_id, defaults={"role": role})
    publish(TeamJoined(actor=viewer.actor, team_id=team_id, agent_id=agent_id, role_before=before, role=role))
    return place, is_new


@action
def change_team_role(*, viewer: Viewer, team_id: UUID, agent_id: UUID, role: TeamRole) -> TeamMember:
    """The agent, who is in the team, has this role in it. Raises and publishes what `put_in_team` does."""
    lock_team(team_id)
    if not TeamMember.objects.filter(team_id=team_id, agent_id=agent_id).exists():
        raise NotFound
    return put_in_team(viewer=viewer, team_id=team_id, agent_id=agent_id, role=role)[0]


@action
def take_out_of_team(*, viewer: Viewer, team_id: UUID, agent_id: UUID) -> None:
    """The agent is not in the team any more; what they have in hand stays theirs.

    Locks the team. Raises: NotFound, PermissionDenied. Publishes: TeamLeft.
    """
    lock_team(team_id)
    _require(viewer, team_id)
    place = TeamMember.objects.filter(team_id=team_id, agent_id=agent_id).first()
    if place is None:
        raise NotFound
    if place.role == TeamRole.LEADER:
        viewer.require(Permission.MANAGE_TEAMS)
    place.delete()
    publish(TeamLeft(actor=viewer.actor, team_id=team_id, agent_id=agent_id))


def _require(viewer: Viewer, team_id: UUID) -> None:
    if not viewer.can(Permission.MANAGE_TEAMS) and not leads_team(viewer.id, team_id):
        raise PermissionDenied
