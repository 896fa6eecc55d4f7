"""Agents follow the account's memberships."""

from uuid import UUID

from accounts.models import User
from hummdesk.events.publishing import action
from teams.enums import AgentStatus
from teams.models import Agent, AgentLoad


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
def retire_agent(*, user_id: str | UUID, **_rest: object) -> None:
    """The former member takes no more work; what the agent did keeps the name."""
    Agent.objects.filter(user_id=user_id).update(is_active=False, status=AgentStatus.OFFLINE)
