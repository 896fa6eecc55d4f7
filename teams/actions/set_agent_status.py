"""Whether an agent takes work now."""

from uuid import UUID

from django.utils import timezone

from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from teams.enums import AgentStatus
from teams.events import AgentStatusChanged
from teams.models import Agent
from teams.queries.agents import lock_agent

_FIELDS = ("status", "status_at", "is_away_by_itself")


@action
def set_agent_status(*, agent_id: UUID, status: AgentStatus, actor: Actor) -> Agent:
    """The active agent has this status by hand, and keeps it until a person changes it.

    Only whoever is online goes away by themselves. Locks the agent's row. Raises: NotFound.
    Publishes: AgentStatusChanged.
    """
    agent = lock_agent(agent_id)
    before, was_by_itself = agent.status, agent.is_away_by_itself
    agent.status, agent.status_at, agent.is_away_by_itself = status, timezone.now(), False
    if before != status or was_by_itself:
        agent.save(update_fields=_FIELDS)
    if before != status:
        publish(AgentStatusChanged(actor=actor, agent_id=agent_id, status_before=before, status=status))
    return agent


def move_by_itself(agent: Agent, status: AgentStatus) -> None:
    """The locked agent is away since nobody is there, or online since they are back; inside an action."""
    before = agent.status
    agent.status, agent.status_at = status, timezone.now()
    agent.is_away_by_itself = status == AgentStatus.AWAY
    agent.save(update_fields=_FIELDS)
    publish(AgentStatusChanged(actor=Actor.system(), agent_id=agent.pk, status_before=before, status=agent.status))
