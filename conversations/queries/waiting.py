"""Who waits for an agent, as people see it: whom they are likely to get, or why nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from conversations.access import visible_conversations
from conversations.enums import Exclusion, Status
from conversations.models import Conversation
from conversations.models.conversation import IN_INBOX
from conversations.queries.queue import Roster, WaitingGroup, needed_skills, roster_of
from conversations.ranking import expected
from teams.access import Viewer
from teams.enums import RoutingStrategy
from teams.models import Agent

SHOWN_MOST = 200


@dataclass(frozen=True)
class Waiter:
    """A conversation that waits, with its contact, team and category; `agent` is whom it is likely to get.

    `reasons`: what that agent still lacks (room), or what nobody in the team has.
    """

    conversation: Conversation
    since: datetime
    agent: Agent | None
    reasons: Sequence[Exclusion]


def waiting_list(viewer: Viewer, *, team_id: UUID | None = None) -> Sequence[Waiter]:
    """Return the first of those who wait and whom the viewer may see, in the order of the queue.

    Whom each is likely to get is foretold in that order, so that not all are promised the same agent. Four to six
    queries whatever their number.
    """
    conversations = list(_waiting(viewer, team_id)[:SHOWN_MOST])
    groups = [_group(one) for one in conversations]
    skills = needed_skills({one.category_id for one in groups})
    roster = roster_of({one.team_id for one in groups}, skills)
    told = [_foretold(roster, one) for one in conversations]
    agents = Agent.objects.in_bulk({agent_id for agent_id, _reasons in told if agent_id})
    return [
        Waiter(one, one.waiting_since or one.created_at, agents.get(agent_id) if agent_id else None, reasons)
        for one, (agent_id, reasons) in zip(conversations, told, strict=True)
    ]


def _waiting(viewer: Viewer, team_id: UUID | None) -> Any:
    rows = visible_conversations(viewer).filter(IN_INBOX, status=Status.OPEN, assignee=None)
    rows = rows.filter(team_id=team_id) if team_id else rows.filter(team__isnull=False)
    rows = rows.exclude(team__routing=RoutingStrategy.MANUAL).select_related("contact", "team", "category")
    return rows.order_by(
        "-priority_rank", F("sla_due_at").asc(nulls_last=True), F("waiting_since").asc(nulls_last=True), "id"
    )


def _group(conversation: Conversation) -> WaitingGroup:
    return WaitingGroup(cast(UUID, conversation.team_id), conversation.language, conversation.category_id)


def _foretold(roster: Roster, conversation: Conversation) -> tuple[UUID | None, Sequence[Exclusion]]:
    group, team = _group(conversation), conversation.team
    strategy = RoutingStrategy(team.routing) if team else RoutingStrategy.MANUAL
    candidate, reasons = expected(roster.candidates(group.team_id), roster.needs(group), strategy=strategy)
    if candidate is not None:
        roster.give(candidate.agent_id, timezone.now())
    return (candidate.agent_id if candidate else None), sorted(reasons, key=list(Exclusion).index)
