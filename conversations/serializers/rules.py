"""Automation rules as the API reads and shows them."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations.enums import BacktestState, RuleOutcome, RuleTrigger
from conversations.models import AutomationRule, RuleBacktest, RuleRun
from conversations.rules.actions import ACTIONS_MOST, RuleAction, RuleParam
from conversations.rules.checks import DELAY_LEAST_S, DELAY_MOST_S, NAME_MOST
from conversations.rules.fields import FieldType, RuleField, RuleOp
from hummdesk.api.serializers import InputSerializer, JSONObjectField

_CONDITIONS_HELP = (
    "`{all: […]}`, `{any: […]}`, `{none: […]}` or `{field, op, value}`, nested at most five deep; `{}` always holds. "
    "`GET /automation-rules/fields` has the fields."
)
_ACTIONS_HELP = "In order, each `{type, …}`. `GET /automation-rules/fields` has the types."


@extend_schema_field({"type": "object", "additionalProperties": True})
class RulePartField(JSONObjectField):
    """Conditions or an action, whose shape `conversations.rules` checks."""


class AutomationRuleInput(InputSerializer):
    """A rule: when, if, then."""

    name = serializers.CharField(max_length=NAME_MOST)
    trigger = serializers.ChoiceField(choices=RuleTrigger.choices)
    delay_s = serializers.IntegerField(
        min_value=DELAY_LEAST_S,
        max_value=DELAY_MOST_S,
        required=False,
        allow_null=True,
        help_text="Seconds for which a state must last; for `customer_waits`, `customer_silent`, `unassigned_for` and "
        "`resolved_for`, and null for the others.",
    )
    conditions = RulePartField(required=False, help_text=_CONDITIONS_HELP)
    actions = serializers.ListField(child=RulePartField(), max_length=ACTIONS_MOST, help_text=_ACTIONS_HELP)
    stops = serializers.BooleanField(required=False, help_text="Where it acted, later rules do not look.")
    is_active = serializers.BooleanField(required=False)


class RuleChangesInput(AutomationRuleInput):
    """What is to be different; `position` counts from 0, `version` guards against lost updates."""

    position = serializers.IntegerField(min_value=0, max_value=1000, required=False)
    version = serializers.IntegerField(min_value=1, required=False)


class RuleOutput(serializers.Serializer[AutomationRule]):
    """A rule."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    position = serializers.IntegerField()
    is_active = serializers.BooleanField()
    trigger = serializers.ChoiceField(choices=RuleTrigger.choices)
    delay_s = serializers.IntegerField(allow_null=True)
    conditions = RulePartField()
    actions = serializers.ListField(child=RulePartField())
    stops = serializers.BooleanField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class RuleTestInput(InputSerializer):
    """In which conversation to try the rule."""

    conversation_id = serializers.CharField(max_length=36, help_text="Id or display_id")


class RuleConditionOutput(serializers.Serializer[Any]):
    """One comparison. `found` is not there where a log does not keep what people wrote."""

    path = serializers.CharField(help_text="Such as `conditions.all.0`")
    field = serializers.CharField()
    op = serializers.CharField()
    wanted = serializers.JSONField(allow_null=True)
    found = serializers.JSONField(allow_null=True, required=False)
    holds = serializers.BooleanField()


class RuleTestOutput(serializers.Serializer[Any]):
    """What the rule would make of a conversation; `actions` have `done` and `why` besides their own fields."""

    matches = serializers.BooleanField()
    why = serializers.CharField(allow_blank=True, help_text="Why it would not look, or would fail")
    event_seq = serializers.IntegerField(allow_null=True, help_text="The event that it was tried with")
    conditions = RuleConditionOutput(many=True)
    actions = serializers.ListField(child=RulePartField())


class RuleRunFilters(InputSerializer):
    """Which runs to list."""

    outcome = serializers.ChoiceField(choices=RuleOutcome.choices, required=False)


class RuleRunOutput(serializers.Serializer[RuleRun]):
    """One look of a rule at an event (`event_seq`), or at a state that lasted."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    display_id = serializers.IntegerField(source="conversation.display_id")
    event_seq = serializers.IntegerField(allow_null=True)
    outcome = serializers.ChoiceField(choices=RuleOutcome.choices)
    at = serializers.DateTimeField()
    why = serializers.CharField(allow_blank=True)
    conditions = RuleConditionOutput(many=True)
    actions = serializers.ListField(child=RulePartField())

    def to_representation(self, instance: RuleRun) -> dict[str, Any]:
        """Return the fields."""
        details = instance.details
        return {
            "id": instance.id,
            "conversation_id": instance.conversation_id,
            "display_id": instance.conversation.display_id,
            "event_seq": instance.event_seq,
            "outcome": instance.outcome,
            "at": instance.at,
            "why": details.get("why", ""),
            "conditions": details.get("conditions", []),
            "actions": details.get("actions", []),
        }


class BacktestMatch(serializers.Serializer[Any]):
    """Where the rule would have acted. `event_seq` is null for a rule of time: it acts when nothing happens."""

    conversation_id = serializers.UUIDField()
    display_id = serializers.IntegerField()
    event_seq = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField()
    differs = serializers.BooleanField(help_text="People did otherwise")


class BacktestDifference(serializers.Serializer[Any]):
    """Where a person set the same thing to another value within a day: `set` by the rule, `did` by them."""

    conversation_id = serializers.UUIDField()
    display_id = serializers.IntegerField()
    event_seq = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField()
    field = serializers.CharField()
    set = serializers.JSONField(allow_null=True)
    did = serializers.JSONField(allow_null=True)
    by = serializers.UUIDField()
    did_at = serializers.DateTimeField()


class BacktestOutput(serializers.Serializer[RuleBacktest]):
    """The newest trial of a rule on the last 30 days; the figures are there once it is done."""

    state = serializers.ChoiceField(choices=BacktestState.choices)
    asked_at = serializers.DateTimeField()
    rule_version = serializers.IntegerField()
    from_at = serializers.DateTimeField(allow_null=True)
    until_at = serializers.DateTimeField(allow_null=True)
    total = serializers.IntegerField(help_text="Events, or for a rule of time conversations; at most 10,000")
    seen = serializers.IntegerField(help_text="How many of them were looked at; it grows while the state is `running`")
    is_cut = serializers.BooleanField(help_text="There are more, or the time was over: the newest were looked at.")
    matched = serializers.IntegerField()
    differing_count = serializers.IntegerField()
    begun = serializers.IntegerField(
        allow_null=True, help_text="How often the state of a rule of time would have come due; null for other rules"
    )
    ended_early = serializers.IntegerField(allow_null=True, help_text="How often it was over before")
    matching = BacktestMatch(many=True, help_text="The newest, at most 1,000")
    differing = BacktestDifference(many=True, help_text="The newest, at most 1,000")

    def to_representation(self, instance: RuleBacktest) -> dict[str, Any]:
        """Return the fields."""
        figures = {"total": 0, "seen": 0, "matched": 0, "differing_count": 0, "is_cut": False}
        lists: dict[str, Any] = {"matching": [], "differing": []}
        unknown = {"from_at": None, "until_at": None, "begun": None, "ended_early": None}
        return {
            "state": instance.state,
            "asked_at": instance.asked_at,
            "rule_version": instance.version,
            **unknown,
            **figures,
            **lists,
            **instance.result,
        }


class RuleChoice(serializers.Serializer[Any]):
    """A value, or an operator, with its label."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the name of the contract


class RuleFieldOutput(serializers.Serializer[Any]):
    """What conditions may ask about; `triggers`: only there it is known, none means always."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the name of the contract
    type = serializers.ChoiceField(choices=FieldType.choices)
    operators = RuleChoice(many=True)
    choices = RuleChoice(many=True)
    triggers = serializers.ListField(child=serializers.ChoiceField(choices=RuleTrigger.choices))


class RuleParamOutput(serializers.Serializer[Any]):
    """A field of an action."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the name of the contract
    type = serializers.ChoiceField(choices=FieldType.choices)
    is_needed = serializers.BooleanField()
    may_be_null = serializers.BooleanField()


class RuleActionOutput(serializers.Serializer[Any]):
    """What rules can do."""

    type = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the name of the contract
    fields_ = RuleParamOutput(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields; `fields` is no name that a serializer may have."""
        fields = super().get_fields()
        return {**{name: one for name, one in fields.items() if name != "fields_"}, "fields": fields["fields_"]}


class RuleFieldsOutput(serializers.Serializer[Any]):
    """All of which rules are made. Besides the fields there are `custom.<name>` and `contact.custom.<name>`."""

    triggers = RuleChoice(many=True)
    fields_ = RuleFieldOutput(many=True)
    actions = RuleActionOutput(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields; `fields` is no name that a serializer may have."""
        fields = super().get_fields()
        return {**{name: one for name, one in fields.items() if name != "fields_"}, "fields": fields["fields_"]}


def field_fields(field: RuleField) -> dict[str, Any]:
    """Return the fields of RuleFieldOutput."""
    return {
        "name": field.name,
        "label": str(field.label),
        "type": field.type,
        "operators": [{"value": op, "label": str(RuleOp(op).label)} for op in field.ops],
        "choices": [{"value": value, "label": str(label)} for value, label in field.choices],
        "triggers": list(field.triggers),
    }


def action_fields(action: RuleAction) -> Mapping[str, Any]:
    """Return the fields of RuleActionOutput."""
    return {"type": action.type, "label": str(action.label), "fields": [_param_fields(one) for one in action.params]}


def _param_fields(param: RuleParam) -> Mapping[str, Any]:
    return {
        "name": param.name,
        "label": str(param.label),
        "type": param.type,
        "is_needed": param.is_needed,
        "may_be_null": param.may_be_none,
    }
