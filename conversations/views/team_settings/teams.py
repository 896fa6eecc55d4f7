"""Teams: which there are, a new one, its settings, who is in it, deleting it. Leaders have those of their teams."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.queries.categories import category_rows
from conversations.team_forms import PlaceForm, TeamDeletionForm, TeamForm, TeamRoleForm, note_errors
from conversations.views.shapes import team_settings as shapes
from conversations.views.team_settings.page import posted, refused, saved, team_leader, team_manager, team_page
from hummdesk.errors import Conflict, ValidationFailed
from hummdesk.http import see_other
from teams.access import LED_TEAM_FIELDS, Viewer, get_team_for, manageable_teams
from teams.actions.save_team import change_team, create_team, delete_team
from teams.actions.team_members import change_team_role, put_in_team, take_out_of_team
from teams.enums import AgentStatus, TeamRole
from teams.models import Team
from teams.queries import active_agents, hours_by_name, sla_policies_by_name, teams_by_name
from teams.queries.teams import team_members, team_row

_PAGE = "settings-teams"
_FIELDS = ("name", "routing", "is_sticky", "hours_id", "sla_policy_id", "version")


@member_required
@require_GET
def settings_teams(request: MemberRequest) -> HttpResponse:
    """Show the teams, to their leaders their own."""
    viewer = team_leader(request)
    rows = [shapes.team_line(team) for team in manageable_teams(viewer).order_by("name")]
    context = {"rows": rows, "may_add": viewer.can(Permission.MANAGE_TEAMS)}
    return team_page(request, viewer, "teams", context, page=_PAGE)


@member_required
@require_http_methods(["GET", "POST"])
def team_create(request: MemberRequest) -> HttpResponse:
    """Make a team, then show who is in it."""
    viewer = team_manager(request)
    form = _form(request, viewer, None)
    if form.is_valid():
        try:
            team = create_team(viewer=viewer, fields=form.changes())
            return saved(request, reverse("team-edit", args=[team.id]))
        except (ValidationFailed, Conflict) as error:
            note_errors(form, error)
    return team_page(request, viewer, "team_new", {"form": form}, page=_PAGE)


@member_required
@require_http_methods(["GET", "POST"])
def team_edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """Show and save a team's settings, and show who is in it."""
    viewer = team_leader(request)
    team = get_team_for(viewer, id)
    form = _form(request, viewer, team)
    if form.is_valid():
        try:
            change_team(viewer=viewer, team_id=id, changes=form.changes(), version=form.cleaned_data["version"])
            return saved(request, reverse("team-edit", args=[id]))
        except (ValidationFailed, Conflict) as error:
            note_errors(form, error)
    return _team_page(request, viewer, team, form)


@member_required
@require_POST
def team_member_add(request: MemberRequest, id: UUID) -> HttpResponse:
    """Put an agent in the team."""
    viewer = team_leader(request)
    team = get_team_for(viewer, id)
    form = PlaceForm(request.POST, agents=_outside(id), makes_leaders=viewer.can(Permission.MANAGE_TEAMS))
    if not form.is_valid():
        return _members(request, viewer, team, joining=form)
    put_in_team(viewer=viewer, team_id=id, agent_id=form.cleaned_data["agent_id"], role=form.role_chosen)
    return _members(request, viewer, team)


@member_required
@require_POST
def team_member_change(request: MemberRequest, id: UUID, agent_id: UUID) -> HttpResponse:
    """Give an agent another role in the team, or take them out."""
    viewer = team_leader(request)
    team = get_team_for(viewer, id)
    form = TeamRoleForm(request.POST)
    if not form.is_valid():
        raise ValidationFailed(errors={"role": [str(text) for text in form.errors["role"]]})
    role = form.cleaned_data["role"]
    if role == "leave":
        take_out_of_team(viewer=viewer, team_id=id, agent_id=agent_id)
    else:
        change_team_role(viewer=viewer, team_id=id, agent_id=agent_id, role=TeamRole(role))
    return _members(request, viewer, team)


@member_required
@require_http_methods(["GET", "POST"])
def team_delete(request: MemberRequest, id: UUID) -> HttpResponse:
    """Ask who gets what the team has, and delete it."""
    viewer, team = team_manager(request), team_row(id)
    others = [(str(one.id), one.name) for one in teams_by_name() if one.id != id]
    form = TeamDeletionForm(posted(request), others=others)
    if form.is_valid():
        try:
            delete_team(viewer=viewer, team_id=id, move_to=form.cleaned_data["move_to"])
            messages.info(request, _("“%(name)s” is deleted.") % {"name": team.name})
            return see_other(reverse(_PAGE))
        except ValidationFailed as error:
            note_errors(form, error)
        except Conflict as error:
            return refused(request, error, reverse("team-delete", args=[id]))
    return team_page(request, viewer, "team_delete", {"form": form, "team": shapes.team_line(team)}, page=_PAGE)


def _form(request: MemberRequest, viewer: Viewer, team: Team | None, *, is_sent: bool = True) -> TeamForm:
    is_manager = viewer.can(Permission.MANAGE_TEAMS)
    offers = {
        "hours_id": [("", _("The account's own")), *((str(one.id), one.name) for one in hours_by_name())],
        "sla_policy_id": [("", _("The account's own")), *((str(one.id), one.name) for one in sla_policies_by_name())],
        "category_ids": [(str(one.id), one.name) for one in category_rows().order_by("name")],
    }
    initial: dict[str, Any] = {name: getattr(team, name) for name in _FIELDS} if team else {"routing": "least_loaded"}
    if team:
        initial["category_ids"] = [str(category.pk) for category in team.categories.all()]
    allowed = None if is_manager else LED_TEAM_FIELDS
    return TeamForm(posted(request) if is_sent else None, offers=offers, initial=initial, allowed=allowed)


def _outside(team_id: UUID) -> list[tuple[str, str]]:
    inside = set(team_members(team_id).values_list("agent_id", flat=True))
    return [(str(one.pk), one.name) for one in active_agents() if one.pk not in inside]


def _members(request: MemberRequest, viewer: Viewer, team: Team, *, joining: PlaceForm | None = None) -> HttpResponse:
    """Answer with who is in the team now; what stands typed in the form beside is not touched."""
    if not request.htmx and joining is None:
        return see_other(reverse("team-edit", args=[team.id]))
    return _team_page(request, viewer, team, _form(request, viewer, team, is_sent=False), joining=joining)


def _team_page(
    request: MemberRequest, viewer: Viewer, team: Team, form: TeamForm, *, joining: PlaceForm | None = None
) -> HttpResponse:
    outside, is_manager = _outside(team.id), viewer.can(Permission.MANAGE_TEAMS)
    places = list(team_members(team.id).order_by("agent__name"))
    context = {
        "form": form,
        "team": shapes.team_line(team),
        "members": [shapes.member_line(place, is_manager=is_manager) for place in places],
        "somebody_takes": any(place.agent.status == AgentStatus.ONLINE for place in places),
        "joining": joining or PlaceForm(agents=outside, makes_leaders=is_manager),
        "can_join": bool(outside),
        "may_delete": is_manager,
        "may_invite": viewer.can(Permission.MANAGE_USERS),
    }
    return team_page(request, viewer, "team", context, page=_PAGE)
