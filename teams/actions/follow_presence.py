"""Away since nobody is there, and back with the next socket."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from hummdesk.events.publishing import action
from teams.actions.set_agent_status import move_by_itself
from teams.enums import AgentStatus
from teams.models import Agent

AWAY_AFTER = timedelta(minutes=5)


@action
def follow_presence(*, seen: Mapping[UUID, datetime], now: datetime) -> int:
    """Whoever was there, is online, and has had no socket for 5 minutes is away; who is there again is online.

    `seen`: when each agent had a socket last. One who has had none since their status was set keeps it, as a program
    does that set it by the API. Returns how many statuses changed. Locks those agents, passing over who is held.
    Publishes: AgentStatusChanged for each.
    """
    rows = Agent.objects.select_for_update(no_key=True, skip_locked=True)
    watched = rows.filter(Q(status=AgentStatus.ONLINE) | Q(is_away_by_itself=True), is_active=True, pk__in=seen)
    changed = 0
    for agent in watched.order_by("pk"):
        if seen[agent.pk] <= agent.status_at:
            continue
        is_gone = now - seen[agent.pk] >= AWAY_AFTER
        if is_gone == agent.is_away_by_itself:
            continue
        move_by_itself(agent, AgentStatus.AWAY if is_gone else AgentStatus.ONLINE)
        changed += 1
    return changed


@action
def come_back(*, agent_id: UUID) -> bool:
    """The agent, who went away by themselves, is online; returns whether they were away so.

    Locks the agent. Publishes: AgentStatusChanged.
    """
    rows = Agent.objects.select_for_update(no_key=True).filter(pk=agent_id, is_active=True, is_away_by_itself=True)
    agent = rows.first()
    if agent is not None:
        move_by_itself(agent, AgentStatus.ONLINE)
    return agent is not None
