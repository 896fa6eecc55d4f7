"""Teams with what is told of them, and who is in them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from hummdesk.errors import NotFound
from teams.enums import TeamRole
from teams.models import Team, TeamMember


def team_rows(filters: Mapping[str, Any] | None = None) -> QuerySet[Team]:
    """Return all teams, each with `member_count` and its categories. Two queries. Filters: `q`."""
    rows = Team.objects.annotate(member_count=Count("members", filter=Q(members__agent__is_active=True)))
    if text := (filters or {}).get("q"):
        rows = rows.filter(name__icontains=text)
    return rows.select_related("hours", "sla_policy").prefetch_related("categories")


def team_row(id: UUID) -> Team:
    """Return one team as `team_rows` does. Two queries. Raises: NotFound."""
    team = team_rows().filter(id=id).first()
    if team is None:
        raise NotFound
    return team


def lock_team(id: UUID) -> Team:
    """Return one team, locked against other changes of it. One query. Raises: NotFound."""
    team = Team.objects.select_for_update(no_key=True).filter(id=id).first()
    if team is None:
        raise NotFound
    return team


def team_members(team_id: UUID) -> QuerySet[TeamMember]:
    """Return the active agents of a team with what is told of them, and `agent_name`. Four queries."""
    members = TeamMember.objects.filter(team_id=team_id, agent__is_active=True).annotate(agent_name=F("agent__name"))
    return members.select_related("agent__load").prefetch_related("agent__skills__skill", "agent__teams__team")


def team_place(team_id: UUID, agent_id: UUID) -> TeamMember:
    """Return one agent's place as `team_members` does. Four queries. Raises: NotFound."""
    place = team_members(team_id).filter(agent_id=agent_id).first()
    if place is None:
        raise NotFound
    return place


def teams_led_by(agent_id: UUID) -> frozenset[UUID]:
    """Return the teams that the agent is a leader of. One query."""
    rows = TeamMember.objects.filter(agent_id=agent_id, role=TeamRole.LEADER)
    return frozenset(rows.values_list("team_id", flat=True))


def leads_team(agent_id: UUID, team_id: UUID) -> bool:
    """Return whether the agent is a leader of the team. One query."""
    return TeamMember.objects.filter(agent_id=agent_id, team_id=team_id, role=TeamRole.LEADER).exists()
