"""Routing as the API shows it: what was decided, and who waits."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers

from conversations.enums import ChosenBy, Exclusion, Priority
from conversations.models import RoutingDecision
from conversations.queries.waiting import Waiter
from conversations.serializers.conversations import NamedBrief
from teams.enums import RoutingStrategy


class DecisionNeeds(serializers.Serializer[Any]):
    """What the conversation asked of its agent."""

    language = serializers.CharField(help_text="Empty where it was not known")
    skills = serializers.DictField(child=serializers.IntegerField(), help_text="The least level by the skill's id")
    known_by = serializers.UUIDField(allow_null=True, help_text="The agent who answered this customer last")
    given_back_by = serializers.UUIDField(allow_null=True, help_text="The agent who let go of it before")


class DecisionCandidate(serializers.Serializer[Any]):
    """An agent of the team as they were then."""

    agent = NamedBrief()
    load = serializers.IntegerField()
    capacity = serializers.IntegerField()
    csat_score = serializers.FloatField(allow_null=True, help_text="Null where it is not known, or did not count")
    idle_since = serializers.DateTimeField(
        allow_null=True, help_text="When they were last given one; null for never, or where it did not count"
    )
    excluded = serializers.ListField(child=serializers.ChoiceField(choices=Exclusion.choices))


class DecisionOutput(serializers.Serializer[Any]):
    """One decision; the context has the `names` of agents."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    team = NamedBrief()
    agent = NamedBrief(allow_null=True, help_text="Null where nobody could take it")
    strategy = serializers.ChoiceField(choices=RoutingStrategy.choices)
    rule = serializers.ChoiceField(choices=ChosenBy.choices)
    needs = DecisionNeeds()
    candidates = DecisionCandidate(
        many=True, help_text="The chosen one first, then by rank, then whom something excluded"
    )

    def to_representation(self, instance: RoutingDecision) -> dict[str, Any]:
        """Return the fields."""
        names: Mapping[UUID, str] = self.context["names"]
        return {
            "id": instance.id,
            "at": instance.at,
            "team": {"id": instance.team.id, "name": instance.team.name},
            "agent": {"id": instance.agent.pk, "name": instance.agent.name} if instance.agent else None,
            "strategy": instance.strategy,
            "rule": instance.reason["rule"],
            "needs": instance.reason["needs"],
            "candidates": [_candidate(one, names) for one in instance.candidates],
        }


def _candidate(stored: Mapping[str, Any], names: Mapping[UUID, str]) -> dict[str, Any]:
    agent_id = UUID(stored["agent_id"])
    rest = {name: value for name, value in stored.items() if name != "agent_id"}
    return {"agent": {"id": agent_id, "name": names.get(agent_id, "")}, **rest}


class WaiterOutput(serializers.Serializer[Any]):
    """A conversation that waits in the team's queue, in the queue's order."""

    conversation_id = serializers.UUIDField()
    display_id = serializers.IntegerField()
    subject = serializers.CharField()
    priority = serializers.ChoiceField(choices=Priority.choices)
    language = serializers.CharField(help_text="Empty where it is not known")
    category = serializers.CharField(allow_null=True, help_text="Its slug")
    waiting_since = serializers.DateTimeField()
    sla_due_at = serializers.DateTimeField(allow_null=True)
    expected_agent = NamedBrief(allow_null=True, help_text="Who is likely to get it, null for nobody")
    reasons = serializers.ListField(
        child=serializers.ChoiceField(choices=Exclusion.choices),
        help_text="What the expected agent still lacks, or else what excludes those who come nearest",
    )

    def to_representation(self, instance: Waiter) -> dict[str, Any]:
        """Return the fields."""
        row, agent = instance.conversation, instance.agent
        return {
            "conversation_id": row.id,
            "display_id": row.display_id,
            "subject": row.subject,
            "priority": row.priority,
            "language": row.language,
            "category": row.category.slug if row.category else None,
            "waiting_since": instance.since,
            "sla_due_at": row.sla_due_at,
            "expected_agent": {"id": agent.pk, "name": agent.name} if agent else None,
            "reasons": [reason.value for reason in instance.reasons],
        }


class QueueOutput(serializers.Serializer[Any]):
    """The beginning of a team's queue: 200 conversations at most."""

    results = WaiterOutput(many=True)
