"""Whether an agent takes work now."""

from uuid import UUID

from hummdesk.errors import NotFound
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from teams.enums import AgentStatus
from teams.events import AgentStatusChanged
from teams.models import Agent


@action
def set_agent_status(*, agent_id: UUID, status: AgentStatus, actor: Actor) -> Agent:
    """The active agent has this status. Locks the agent's row. Raises: NotFound. Publishes: AgentStatusChanged."""
    agent = Agent.objects.select_for_update(no_key=True).filter(user_id=agent_id, is_active=True).first()
    if agent is None:
        raise NotFound
    before = agent.status
    if before == status:
        return agent
    agent.status = status
    agent.save(update_fields=["status"])
    publish(AgentStatusChanged(actor=actor, agent_id=agent_id, status_before=before, status=status))
    return agent
