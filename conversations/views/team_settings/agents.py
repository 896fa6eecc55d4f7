"""Agents: who they are, and what each of them can take."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.decorators import MemberRequest, member_required
from conversations.team_forms import AgentForm, note_errors
from conversations.views.shapes import team_settings as shapes
from conversations.views.team_settings.page import posted, team_manager, team_page
from hummdesk.errors import Conflict, ValidationFailed
from hummdesk.http import see_other
from teams.actions.change_agent import change_agent
from teams.models import Agent
from teams.queries import active_agents
from teams.queries.agents import agent_rows, get_agent
from teams.queries.skills import skills_by_name

_PAGE = "settings-agents"
_FIELDS = ("status", "max_capacity", "out_from_on", "out_until_on", "substitute_id", "version")


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
    viewer, agent = team_manager(request), get_agent(id)
    form = _form(request, agent)
    if form.is_valid():
        try:
            change_agent(viewer=viewer, agent_id=id, changes=form.changes(), version=form.cleaned_data["version"])
            messages.success(request, _("Saved"))
            return see_other(reverse("agent-edit", args=[id]))
        except (ValidationFailed, Conflict) as error:
            note_errors(form, error)
    context = {"form": form, "agent": shapes.agent_line(agent, _today(request))}
    return team_page(request, viewer, "agent", context, page=_PAGE)


def _form(request: MemberRequest, agent: Agent) -> AgentForm:
    others = [(str(one.pk), one.name) for one in active_agents() if one.pk != agent.pk]
    initial: dict[str, Any] = {name: getattr(agent, name) for name in _FIELDS}
    initial["languages"] = ", ".join(agent.languages)
    initial |= {f"skill_{one.skill_id}": one.level for one in agent.skills.all()}
    offers = {"substitute_id": [("", _("Nobody")), *others]}
    return AgentForm(posted(request), skills=skills_by_name(), offers=offers, initial=initial)


def _today(request: MemberRequest) -> Any:
    """Return the day that it is for the account."""
    return timezone.localdate(timezone=ZoneInfo(request.account.timezone))
