"""Loads of agents as the API shows them."""

from typing import Any

from rest_framework import serializers

from conversations.queries.loads import Correction


class CorrectionOutput(serializers.Serializer[Any]):
    """An agent's load that was wrong."""

    agent_id = serializers.UUIDField()
    load_before = serializers.IntegerField()
    load = serializers.IntegerField()

    def to_representation(self, instance: Correction) -> dict[str, Any]:
        """Return the fields."""
        return {"agent_id": instance.agent_id, "load_before": instance.before, "load": instance.after}


class ReconciledOutput(serializers.Serializer[Any]):
    """What was found; `corrected` is empty as long as all is well."""

    corrected = CorrectionOutput(many=True)
