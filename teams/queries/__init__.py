"""Which teams and agents there are."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import QuerySet

from hummdesk.compiled import CompiledLookup
from teams.enums import AgentStatus
from teams.models import Agent, BusinessHours, SlaPolicy, Team


def active_agents() -> Sequence[Agent]:
    """Return the agents who can be given work, by name. One query."""
    return list(Agent.objects.filter(is_active=True).order_by("name"))


def agent_of_user(user_id: UUID) -> Agent | None:
    """Return the active agent that this user is in the account in force. One query."""
    return _agents_of_users.first(user_id)


def _of_user(user_id: UUID) -> QuerySet[Agent]:
    return Agent.objects.filter(user_id=user_id, is_active=True)


_agents_of_users = CompiledLookup(_of_user, UUID)


def agents_online(agent_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of the agents who say that they are online. One query."""
    rows = Agent.objects.filter(user_id__in=set(agent_ids), status=AgentStatus.ONLINE)
    return set(rows.values_list("user_id", flat=True))


def team_with(slug: str) -> Team | None:
    """Return the team with this slug, or None. One query."""
    return Team.objects.filter(slug=slug).first()


def teams_by_name() -> Sequence[Team]:
    """Return all teams, by name. One query."""
    return list(Team.objects.order_by("name"))


def default_hours() -> BusinessHours | None:
    """Return the account's own business hours, or None. One query."""
    return BusinessHours.objects.filter(is_default=True).first()


def hours_by_name() -> Sequence[BusinessHours]:
    """Return all business hours, by name. One query."""
    return list(BusinessHours.objects.order_by("name"))


def sla_policies_by_name() -> Sequence[SlaPolicy]:
    """Return all policies, by name. One query."""
    return list(SlaPolicy.objects.order_by("name"))


def names_by_id() -> dict[str, str]:
    """Return the names of active agents and of teams, by their ids as text. Two queries."""
    agents = Agent.objects.filter(is_active=True).values_list("pk", "name")
    return {str(pk): name for pk, name in [*agents, *Team.objects.values_list("pk", "name")]}
