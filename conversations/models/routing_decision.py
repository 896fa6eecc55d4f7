"""Why a conversation went to whom it went."""

import uuid7
from django.db import models
from django.utils import timezone

from conversations.models.conversation import Conversation
from teams.enums import RoutingStrategy
from teams.models import Agent, Team


class RoutingDecision(models.Model):
    """One choice of an agent, or of nobody, with all that it was made from.

    `reason`: `{"rule", "needs": {"language", "skills": {skill id: level}, "known_by", "given_back_by"}, "candidates":
    [{"agent_id", "load", "capacity", "csat_score", "idle_since", "excluded": [...]}, ...]}`, the chosen one first,
    then by rank; `rule` is of `conversations.enums.ChosenBy`, what excluded one of `Exclusion`. Those whom something
    excludes have neither score nor idle time: those break ties only.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="routing_decisions")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    strategy = models.CharField(max_length=12, choices=RoutingStrategy)
    reason = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["conversation", "-at"], name="decision_by_conversation")]

    def __str__(self) -> str:
        return f"{self.conversation_id} to {self.agent_id}"
