"""Agents with what is told of them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from hummdesk.errors import NotFound
from teams.enums import TeamRole
from teams.models import Agent, AgentSkill, TeamMember

# Condition for `fan_out`.
PRESENCE_MATTERS_SQL = (
    "EXISTS (SELECT FROM {schema}.teams_agent WHERE is_active AND (status = 'online' OR is_away_by_itself))"
)


def agent_rows(filters: Mapping[str, Any] | None = None) -> QuerySet[Agent]:
    """Return the active agents, each with load, skills and teams. Three queries. Filters: `q`, `status`, `team_id`."""
    given = filters or {}
    rows = Agent.objects.filter(is_active=True)
    if text := given.get("q"):
        rows = rows.filter(name__icontains=text)
    if status := given.get("status"):
        rows = rows.filter(status=status)
    if team_id := given.get("team_id"):
        rows = rows.filter(teams__team_id=team_id)
    skills = AgentSkill.objects.select_related("skill").order_by("skill__name")
    teams = TeamMember.objects.select_related("team").order_by("team__name")
    return rows.select_related("load").prefetch_related(Prefetch("skills", skills), Prefetch("teams", teams))


def get_agent(id: UUID) -> Agent:
    """Return one active agent as `agent_rows` does. Three queries. Raises: NotFound."""
    agent = agent_rows().filter(user_id=id).first()
    if agent is None:
        raise NotFound
    return agent


def lock_agent(id: UUID) -> Agent:
    """Return one active agent, locked against other changes of them. One query. Raises: NotFound."""
    agent = Agent.objects.select_for_update(no_key=True).filter(user_id=id, is_active=True).first()
    if agent is None:
        raise NotFound
    return agent


def agents_led_by(agent_id: UUID) -> set[UUID]:
    """Return who is in the teams that the agent leads, themselves among them. One query."""
    led = TeamMember.objects.filter(agent_id=agent_id, role=TeamRole.LEADER).values("team_id")
    return set(TeamMember.objects.filter(team_id__in=led).values_list("agent_id", flat=True))
