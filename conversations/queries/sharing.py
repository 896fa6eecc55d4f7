"""Who may use and change what agents keep: macros and saved views."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.enums import Sharing
from conversations.models.saved import SharedThing
from hummdesk.errors import NotFound, PermissionDenied, ValidationFailed
from teams.access import Viewer
from teams.models import Team, TeamMember

T = TypeVar("T", bound=SharedThing)


def shared_with(viewer: Viewer, model: type[T]) -> QuerySet[T]:
    """Return the viewer's own, those of the viewer's teams and those of the account, as one condition."""
    teams = TeamMember.objects.filter(agent_id=viewer.id).values("team_id")
    own = Q(visibility=Sharing.OWN, owner_id=viewer.id)
    of_team = Q(visibility=Sharing.TEAM, team_id__in=teams)
    rows = model._default_manager.filter(own | of_team | Q(visibility=Sharing.ACCOUNT))
    return rows.select_related("owner", "team")


def get_shared(viewer: Viewer, model: type[T], id: UUID, *, lock: bool = False) -> T:
    """Return the thing if the viewer may use it, locked if asked. One query. Raises: NotFound."""
    rows = shared_with(viewer, model).filter(id=id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def require_sharing(viewer: Viewer, thing: SharedThing) -> None:
    """Whoever keeps a thing for others has the right to: members for their team, who manages templates for everybody.

    One query at most. Raises: PermissionDenied; ValidationFailed for a team that is missing, or not wanted.
    """
    if (thing.visibility == Sharing.TEAM) != (thing.team_id is not None):
        raise ValidationFailed(errors={"team_id": [_("Give a team if, and only if, the team is to have it.")]})
    if thing.visibility == Sharing.OWN or viewer.can(Permission.MANAGE_TEMPLATES):
        return
    if thing.team_id is None or not _is_in_team(viewer, thing.team_id):
        raise PermissionDenied


def sharings(viewer: Viewer) -> Sequence[Sharing]:
    """Return for whom the viewer may keep things. One query."""
    if viewer.can(Permission.MANAGE_TEMPLATES):
        return list(Sharing)
    return [Sharing.OWN, Sharing.TEAM] if own_teams(viewer) else [Sharing.OWN]


def own_teams(viewer: Viewer) -> Sequence[tuple[UUID, str]]:
    """Return id and name of the teams that the viewer may keep things for, by name. One query."""
    teams = Team.objects.order_by("name")
    if not viewer.can(Permission.MANAGE_TEMPLATES):
        teams = teams.filter(id__in=TeamMember.objects.filter(agent_id=viewer.id).values("team_id"))
    return list(teams.values_list("id", "name"))


def get_team(id: UUID | None) -> Team | None:
    """Return the team, None for None. Raises: ValidationFailed, naming `team_id`."""
    if id is None:
        return None
    team = Team.objects.filter(id=id).first()
    if team is None:
        raise ValidationFailed(errors={"team_id": [_("There is no such team.")]})
    return team


def _is_in_team(viewer: Viewer, team_id: UUID) -> bool:
    return TeamMember.objects.filter(agent_id=viewer.id, team_id=team_id).exists()
