"""Agents: who they are, and what each of them can take. Agents have their own page, leaders those of their teams."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.team_forms import AgentForm, note_errors
from conversations.views.shapes import team_settings as shapes
from conversations.views.team_settings.page import posted, saved, team_manager, team_page
from hummdesk.errors import Conflict, ValidationFailed
from teams.access import Viewer, agent_fields_for, get_agent_for, viewer_of
from teams.actions.change_agent import change_agent
from teams.models import Agent
from teams.queries import active_agents
from teams.queries.agents import agent_rows
from teams.queries.skills import skills_by_name

_PAGE, _OWN_PAGE = "settings-agents", "settings-availability"
_FIELDS = ("status", "max_capacity", "out_from_on", "out_until_on", "substitute_id", "languages", "version")


@member_required
@require_GET
def settings_agents(request: MemberRequest) -> HttpResponse:
    """Show the agents."""
    viewer = team_manager(request)
    rows = [shapes.agent_line(agent, _today(request)) for agent in agent_rows().order_by("name")]
    return team_page(request, viewer, "agents", {"rows": rows}, page=_PAGE)


@member_required
@require_http_methods(["GET", "POST"])
def agent_edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """Show and save what an agent can take."""
    viewer = viewer_of(request.membership)
    page = _PAGE if viewer.can(Permission.MANAGE_TEAMS) else "settings-teams"
    return _edit(request, viewer, get_agent_for(viewer, id), url=reverse("agent-edit", args=[id]), page=page)


@member_required
@require_http_methods(["GET", "POST"])
def settings_availability(request: MemberRequest) -> HttpResponse:
    """Show and save what somebody can take themselves: days out, who stands in, languages."""
    viewer = viewer_of(request.membership)
    return _edit(request, viewer, get_agent_for(viewer, viewer.id), url=reverse(_OWN_PAGE), page=_OWN_PAGE)


def _edit(request: MemberRequest, viewer: Viewer, agent: Agent, *, url: str, page: str) -> HttpResponse:
    """Show the form; with `do=show` as it was typed, with a row for one more language; else keep what it says."""
    form = _form(request, viewer, agent)
    if form.is_valid():
        try:
            change_agent(
                viewer=viewer, agent_id=agent.pk, changes=form.changes(), version=form.cleaned_data["version"]
            )
            return saved(request, url)
        except (ValidationFailed, Conflict) as error:
            note_errors(form, error)
    context = {
        "form": form,
        "is_changed": request.method == "POST",
        "agent": shapes.agent_line(agent, _today(request)) | {"url": url},
        "is_own": page == _OWN_PAGE,
        "may_list": viewer.can(Permission.MANAGE_TEAMS),
    }
    return team_page(request, viewer, "agent", context, page=page)


def _form(request: MemberRequest, viewer: Viewer, agent: Agent) -> AgentForm:
    others = [(str(one.pk), one.name) for one in active_agents() if one.pk != agent.pk]
    initial: dict[str, Any] = {name: getattr(agent, name) for name in _FIELDS}
    initial |= {f"skill_{one.skill_id}": one.level for one in agent.skills.all()}
    offers = {"substitute_id": [("", _("Nobody")), *others]}
    sent = posted(request)
    if sent is not None and sent.get("do") == "show":
        initial |= {**sent.dict(), "languages": sent.getlist("languages")}
        sent = None
    allowed = agent_fields_for(viewer, agent.pk)
    return AgentForm(sent, skills=skills_by_name(), offers=offers, initial=initial, allowed=allowed)


def _today(request: MemberRequest) -> Any:
    """Return the day that it is for the account."""
    return timezone.localdate(timezone=ZoneInfo(request.account.timezone))
