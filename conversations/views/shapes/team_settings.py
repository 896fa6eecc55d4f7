"""Teams, agents, skills and categories as the settings pages show them."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.models import Category
from conversations.views.people.forms import language_name
from conversations.views.shapes.shape import Shape
from teams.enums import AgentStatus
from teams.models import Agent, Skill, Team, TeamMember

_LOOKS = {
    AgentStatus.ONLINE: "chip-ok",
    AgentStatus.AWAY: "chip-warn",
    AgentStatus.BUSY: "chip-danger",
    AgentStatus.OFFLINE: "",
}


def team_line(team: Team) -> Shape:
    """Return a team, fetched by `team_rows`."""
    return {
        "url": reverse("team-edit", args=[team.id]),
        "delete_url": reverse("team-delete", args=[team.id]),
        "add_url": reverse("team-member-add", args=[team.id]),
        "name": team.name,
        "routing": team.get_routing_display(),
        "member_count": vars(team).get("member_count", 0),
        "categories": ", ".join(str(category) for category in team.categories.all()),
    }


def member_line(place: TeamMember, *, is_manager: bool) -> Shape:
    """Return an agent's place in a team; leaders are made, unmade and taken out by those who manage teams."""
    is_leader = place.role == "leader"
    return {
        "url": reverse("agent-edit", args=[place.agent_id]),
        "change_url": reverse("team-member-change", args=[place.team_id, place.agent_id]),
        "name": place.agent.name,
        "status": place.agent.get_status_display(),
        "look": _LOOKS[AgentStatus(place.agent.status)],
        "role": place.get_role_display(),
        "is_leader": is_leader,
        "may_promote": is_manager,
        "may_leave": is_manager or not is_leader,
        "other_role": "agent" if is_leader else "leader",
        "other_label": _("Make agent") if is_leader else _("Make leader"),
    }


def agent_line(agent: Agent, today: date) -> Shape:
    """Return an agent, fetched by `agent_rows`."""
    begins, ends = agent.out_from_on, agent.out_until_on
    status = AgentStatus(agent.status)
    return {
        "url": reverse("agent-edit", args=[agent.pk]),
        "name": agent.name,
        "email": agent.email,
        "status": status.label,
        "look": _LOOKS[status],
        "is_out": begins is not None and ends is not None and begins <= today <= ends,
        "load": agent.load.current_load,
        "capacity": agent.max_capacity,
        "csat_score": agent.csat_score,
        "teams": ", ".join(place.team.name for place in agent.teams.all()),
        "skills": ", ".join(f"{one.skill.name} {one.level}" for one in agent.skills.all()),
        "languages": ", ".join(language_name(code) for code in agent.languages),
    }


def skill_line(skill: Skill) -> Shape:
    """Return a skill, fetched by `skill_rows`."""
    return {
        "url": reverse("skill-edit", args=[skill.id]),
        "delete_url": reverse("skill-delete", args=[skill.id]),
        "name": skill.name,
        "agent_count": vars(skill).get("agent_count", 0),
    }


def category_line(category: Category) -> Shape:
    """Return a category, fetched by `category_rows`."""
    return {
        "url": reverse("category-edit", args=[category.id]),
        "delete_url": reverse("category-delete", args=[category.id]),
        "name": category.name,
        "team": category.team.name if category.team else "",
        "skills": ", ".join(f"{one.skill.name} {one.min_level}" for one in category.skills.all()),
    }
