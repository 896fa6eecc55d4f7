"""SLA policies as the API reads and shows them."""

from typing import Any

from rest_framework import serializers

from conversations.actions.save_policy import (
    LEAST_TARGET_S,
    MOST_TARGET_S,
    POLICY_NAME_MAX_LENGTH,
    SCOPES_MOST,
)
from conversations.enums import Priority
from conversations.models import SlaScope
from conversations.queries.policy_previews import PolicyPreview
from hummdesk.api.serializers import InputSerializer
from teams.models import SlaPolicy


class ScopeInput(InputSerializer):
    """Whom a policy is for: all that is given must match; one at least is."""

    company_id = serializers.UUIDField(required=False, allow_null=True)
    team_id = serializers.UUIDField(required=False, allow_null=True)
    priority = serializers.ChoiceField(choices=Priority.choices, required=False, allow_null=True)


def _target(what: str) -> serializers.IntegerField:
    help_text = f"Seconds until the {what}, of open time where there are hours; null promises none."
    return serializers.IntegerField(
        min_value=LEAST_TARGET_S, max_value=MOST_TARGET_S, required=False, allow_null=True, help_text=help_text
    )


class PolicyChangesInput(InputSerializer):
    """What is to be different in an SLA policy; `version` guards against lost updates. `scopes` are a whole."""

    name = serializers.CharField(max_length=POLICY_NAME_MAX_LENGTH)
    hours_id = serializers.UUIDField(required=False, allow_null=True, help_text="null counts by the wall clock.")
    first_response_s = _target("first reply")
    next_response_s = _target("next reply")
    resolution_s = _target("resolution")
    warn_percent = serializers.IntegerField(min_value=1, max_value=99, required=False)
    pauses_while_pending = serializers.BooleanField(required=False)
    is_default = serializers.BooleanField(required=False, help_text="For whom no other policy is. One at most.")
    scopes = ScopeInput(many=True, required=False, max_length=SCOPES_MOST)  # type: ignore[call-arg]
    version = serializers.IntegerField(min_value=1, required=False)


class PolicyInput(PolicyChangesInput):
    """An SLA policy: what is promised, by which hours, and to whom."""

    version = None  # type: ignore[assignment]  # a new one has none


class RemovePolicyInput(InputSerializer):
    """Which policy takes over."""

    move_to = serializers.UUIDField(required=False)


class ScopeOutput(serializers.Serializer[SlaScope]):
    """Whom a policy is for."""

    company_id = serializers.UUIDField(allow_null=True)
    team_id = serializers.UUIDField(allow_null=True)
    priority = serializers.ChoiceField(choices=Priority.choices, allow_null=True)

    def to_representation(self, instance: SlaScope) -> dict[str, Any]:
        """Return what is given."""
        return {
            "company_id": instance.company_id,
            "team_id": instance.team_id,
            "priority": instance.priority or None,
        }


class PolicyOutput(serializers.Serializer[SlaPolicy]):
    """An SLA policy."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    hours_id = serializers.UUIDField(allow_null=True)
    first_response_s = serializers.IntegerField(allow_null=True)
    next_response_s = serializers.IntegerField(allow_null=True)
    resolution_s = serializers.IntegerField(allow_null=True)
    warn_percent = serializers.IntegerField()
    pauses_while_pending = serializers.BooleanField()
    is_default = serializers.BooleanField()
    scopes = ScopeOutput(many=True, source="sla_scopes.all")
    version = serializers.IntegerField()


class PolicyPreviewOutput(serializers.Serializer[PolicyPreview]):
    """What a change would do to open conversations."""

    conversation_count = serializers.IntegerField(help_text="How many have this policy")
    moved_count = serializers.IntegerField(help_text="How many promised times would be others")
    late_count = serializers.IntegerField(help_text="How many promises would be late at once")
    is_whole = serializers.BooleanField(help_text="Whether all were looked at, not only the newest")
