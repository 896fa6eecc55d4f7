"""What is to be routed of one conversation, and what was decided about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from conversations.models import Conversation, RoutingDecision
from conversations.queries.timeline import newest_event
from hummdesk.events.actor import ActorKind
from teams.models import Agent


@dataclass(frozen=True)
class RoutingCase:
    """Whether a conversation waits for an agent, and which team its category has that may serve it instead."""

    waits: bool
    serving_team_id: UUID | None


def routing_cases(conversation_ids: Collection[UUID]) -> Mapping[UUID, RoutingCase]:
    """Return how it stands with the routing of those conversations where there is something to route. One query.

    Raw, since it runs after each mail. `serving_team_id` is asked no further; see `is_untouched_by_people`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CASES, [list(conversation_ids)])
        return {row[0]: RoutingCase(*row[1:]) for row in cursor.fetchall() if any(row[1:])}


_CASES = """
SELECT
  conversation.id,
  conversation.status = 'open' AND conversation.assignee_id IS NULL AND coalesce(team.routing, 'manual') <> 'manual',
  CASE WHEN category.team_id IS DISTINCT FROM conversation.team_id AND conversation.first_replied_at IS NULL
    AND conversation.status IN ('open', 'pending') THEN category.team_id END
FROM conversations_conversation conversation
LEFT JOIN teams_team team ON team.id = conversation.team_id
LEFT JOIN conversations_category category ON category.id = conversation.category_id
WHERE conversation.id = ANY(%s) AND conversation.folder = 'inbox' AND conversation.merged_into_id IS NULL
"""


def is_untouched_by_people(conversation: Conversation) -> bool:
    """Return whether nobody but routing has chosen its team and its assignee, and nobody has replied.

    At most two queries. The team of its mailbox was chosen by nobody.
    """
    if conversation.first_replied_at is not None:
        return False
    moved = newest_event(conversation.id, "ConversationTeamChanged") if conversation.team_id else None
    if moved is not None and moved.actor_kind != ActorKind.SYSTEM:
        return False
    if conversation.assignee_id is None:
        return True
    assigned = newest_event(conversation.id, "ConversationAssigned")
    return assigned is not None and bool(assigned.data.get("decision_id"))


def newest_decision(conversation_id: UUID) -> RoutingDecision | None:
    """Return what was decided last about a conversation. One query."""
    return RoutingDecision.objects.filter(conversation_id=conversation_id).order_by("-at").first()


def decisions_of(conversation: Conversation) -> QuerySet[RoutingDecision]:
    """Return what was decided about a conversation, with the names of team and agent, in no order."""
    return RoutingDecision.objects.filter(conversation=conversation).select_related("team", "agent")


def decided_names(decisions: Sequence[RoutingDecision]) -> Mapping[UUID, str]:
    """Return the names of all candidates of these decisions, by their ids. One query."""
    ids = {one["agent_id"] for decision in decisions for one in decision.candidates}
    return dict(Agent.objects.filter(pk__in=ids).values_list("pk", "name"))
