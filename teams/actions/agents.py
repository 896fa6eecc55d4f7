"""Agents follow the account's memberships."""

from uuid import UUID

from accounts.models import User
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from teams.enums import AgentStatus
from teams.events import AgentRetired
from teams.models import Agent, AgentLoad, TeamMember


@action
def make_agent(*, user_id: str | UUID, **_rest: object) -> None:
    """The member is an active agent, with the name and address of the user."""
    user = User.objects.get(id=user_id)
    fields = {"name": user.name or user.email, "email": user.email, "is_active": True}
    agent, is_new = Agent.objects.update_or_create(
        user_id=user.id, defaults=fields, create_defaults={**fields, "languages": [user.language]}
    )
    if is_new:
        AgentLoad.objects.create(agent=agent)


@action
def retire_agent(*, user_id: str | UUID, actor: Actor, **_rest: object) -> None:
    """The former member is in no team and takes no more work; what the agent did keeps the name.

    Whoever subscribes to AgentRetired `TOGETHER` takes from them what they have in hand. Locks the agent so that
    nobody refers to them anew meanwhile. Publishes: AgentRetired.
    """
    agent = Agent.objects.select_for_update().filter(user_id=user_id).first()
    if agent is None:
        return
    agent.is_active, agent.status, agent.is_away_by_itself = False, AgentStatus.OFFLINE, False
    agent.save(update_fields=["is_active", "status", "is_away_by_itself"])
    TeamMember.objects.filter(agent=agent).delete()
    Agent.objects.filter(substitute=agent).update(substitute=None)
    publish(AgentRetired(actor=actor, agent_id=agent.pk))
