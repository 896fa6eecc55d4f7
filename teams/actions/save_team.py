"""Making, changing and deleting teams: for those who manage teams; its leaders change how a team works."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from hummdesk.clean_text import clean_line
from hummdesk.errors import PermissionDenied, ValidationFailed
from hummdesk.events.publishing import action, publish
from hummdesk.logs import logger
from hummdesk.versions import require_version
from teams.access import LED_TEAM_FIELDS, Viewer
from teams.enums import RoutingStrategy
from teams.errors import FieldRefused, NameTaken
from teams.events import TeamAdded, TeamChanged, TeamDeleted
from teams.models import BusinessHours, SlaPolicy, Team
from teams.queries.teams import leads_team, lock_team
from teams.slugs import free_slug

TEAM_NAME_MAX_LENGTH = 80
_COLUMNS = ("name", "routing", "is_sticky", "hours_id", "sla_policy_id")


@action
def create_team(*, viewer: Viewer, fields: Mapping[str, Any]) -> Team:
    """There is a new team without anybody in it.

    Keys of `fields`: name, routing, is_sticky, hours_id, sla_policy_id, category_ids (those that it serves).
    Raises: PermissionDenied, ValidationFailed, NameTaken. Publishes: TeamAdded.
    """
    viewer.require(Permission.MANAGE_TEAMS)
    team = Team(**_checked({"name": "", **fields}))
    team.slug = free_slug(Team, team.name)
    _save(team, is_new=True)
    publish(TeamAdded(actor=viewer.actor, team_id=team.id, category_ids=_ids(fields.get("category_ids"))))
    logger.info("team_added", team_id=str(team.id), agent_id=str(viewer.id))
    return team


@action
def change_team(*, viewer: Viewer, team_id: UUID, changes: Mapping[str, Any], version: int | None = None) -> Team:
    """The team is as the changes say; their keys are those of `create_team`, for its leaders `LED_TEAM_FIELDS`.

    Locks the team. Raises: PermissionDenied, NotFound, ChangedMeanwhile for another `version`, ValidationFailed,
    NameTaken. Publishes: TeamChanged if anything differs, or categories were given.
    """
    team = lock_team(team_id)
    if not _may_change(viewer, team_id, set(changes)):
        raise PermissionDenied
    require_version(version, team.version)
    checked = _checked(changes)
    changed = tuple(name for name, value in checked.items() if getattr(team, name) != value)
    category_ids = _ids(changes.get("category_ids"))
    if not changed and category_ids is None:
        return team
    for name in changed:
        setattr(team, name, checked[name])
    team.version += 1
    _save(team, is_new=False)
    publish(TeamChanged(actor=viewer.actor, team_id=team.id, changed=changed, category_ids=category_ids))
    return team


@action
def delete_team(*, viewer: Viewer, team_id: UUID, move_to: UUID | None = None) -> None:
    """The team is gone, and what it had is the other team's.

    Whoever subscribes to TeamDeleted `TOGETHER` moves it, or refuses: a team with unfinished conversations needs
    `move_to`. Locks both teams. Raises: PermissionDenied, NotFound, ValidationFailed for an unknown `move_to`,
    Conflict. Publishes: TeamDeleted.
    """
    viewer.require(Permission.MANAGE_TEAMS)
    lock_team(team_id)
    if move_to is not None and (move_to == team_id or not Team.objects.filter(id=move_to).exists()):
        raise FieldRefused("move_to", _("There is no such team."))
    team = Team.objects.select_for_update().get(id=team_id)
    publish(TeamDeleted(actor=viewer.actor, team_id=team_id, move_to=move_to))
    team.delete()
    logger.info("team_deleted", team_id=str(team_id), agent_id=str(viewer.id))


def _may_change(viewer: Viewer, team_id: UUID, fields: set[str]) -> bool:
    if viewer.can(Permission.MANAGE_TEAMS):
        return True
    return fields <= LED_TEAM_FIELDS and leads_team(viewer.id, team_id)


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns among what is given, as they are kept. Raises: ValidationFailed, naming each at fault."""
    found = {name: given[name] for name in _COLUMNS if name in given}
    errors: dict[str, list[str]] = {}
    if "name" in found:
        found["name"] = clean_line(str(found["name"]), TEAM_NAME_MAX_LENGTH + 1)
        if not 0 < len(found["name"]) <= TEAM_NAME_MAX_LENGTH:
            errors["name"] = [_("Use 1 to %(count)d characters.") % {"count": TEAM_NAME_MAX_LENGTH}]
    if "routing" in found and found["routing"] not in RoutingStrategy.values:
        errors["routing"] = [_("Use one of: %(names)s.") % {"names": ", ".join(RoutingStrategy.values)}]
    hours_id, policy_id = found.get("hours_id"), found.get("sla_policy_id")
    if hours_id is not None and not BusinessHours.objects.filter(pk=hours_id).exists():
        errors["hours_id"] = [_("There are no such business hours.")]
    if policy_id is not None and not SlaPolicy.objects.filter(pk=policy_id).exists():
        errors["sla_policy_id"] = [_("There is no such policy.")]
    if errors:
        raise ValidationFailed(errors=errors)
    return found


def _ids(given: Sequence[UUID] | None) -> tuple[UUID, ...] | None:
    return None if given is None else tuple(dict.fromkeys(given))


def _save(team: Team, *, is_new: bool) -> None:
    if Team.objects.filter(name__iexact=team.name).exclude(pk=team.pk).exists():
        raise NameTaken
    try:
        with transaction.atomic():
            team.save(force_insert=is_new, update_fields=None if is_new else [*_COLUMN_NAMES, "version"])
    except IntegrityError as error:
        raise NameTaken from error


_COLUMN_NAMES = tuple(name.removesuffix("_id") for name in _COLUMNS)
