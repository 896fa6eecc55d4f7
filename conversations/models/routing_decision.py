"""Why a conversation went to whom it went."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import uuid7
from django.db import models
from django.utils import timezone

from conversations.models.conversation import Conversation
from teams.enums import RoutingStrategy
from teams.models import Agent, Team


class RoutingDecision(models.Model):
    """One choice of an agent, or of nobody, with all that it was made from.

    `reason`: `{"rule", "needs": {"language", "skills": {skill id: level}, "known_by", "given_back_by"}, "able":
    {"agent_ids", "loads", "capacities", "csat_scores", "idle_since"}, "excluded": [{"reasons", "agent_ids", "loads",
    "capacities"}, ...]}`: lists by column, which hundreds of candidates are written in several times as fast; `able`
    has the chosen one first, then by rank. `rule` is of `conversations.enums.ChosenBy`, what excluded some of
    `Exclusion`. They have neither score nor idle time: those break ties only. Rows of before have `candidates`.
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

    @property
    def candidates(self) -> Sequence[Mapping[str, Any]]:
        """All candidates: agent_id, load, capacity, csat_score, idle_since, excluded (all that kept them from it)."""
        if "candidates" in self.reason:
            return [{**_UNTOLD, **one} for one in self.reason["candidates"]]
        groups = [{"reasons": [], **self.reason["able"]}, *self.reason["excluded"]]
        return [one for group in groups for one in _rows(group)]


_UNTOLD = {"csat_score": None, "idle_since": None}


def _rows(group: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    told = {name: group[column] for name, column in _COLUMNS.items() if column in group}
    for values in zip(*told.values(), strict=True):
        yield {**_UNTOLD, **dict(zip(told, values, strict=True)), "excluded": group["reasons"]}


_COLUMNS = {
    "agent_id": "agent_ids",
    "load": "loads",
    "capacity": "capacities",
    "csat_score": "csat_scores",
    "idle_since": "idle_since",
}
