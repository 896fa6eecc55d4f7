"""Webhooks and their deliveries as the API reads and shows them."""

from typing import Any

from rest_framework import serializers

from conversations.enums import DisabledReason, WebhookState
from conversations.models import Webhook, WebhookDelivery
from hummdesk.api.serializers import InputSerializer
from hummdesk.egress.targets import URL_MAX_LENGTH
from hummdesk.subscriptions import LIVE_TYPES

# Typing and presence have no rows, and so no deliveries.
WEBHOOK_TYPES = sorted(set(LIVE_TYPES.values()))
_UNKNOWN_TYPE = f"There is no type {{input}}. There are: {', '.join(WEBHOOK_TYPES)}."


class _EventTypes(serializers.ListField):
    """Live types, at most all of them; none stands for all, of now and of later."""

    child = serializers.ChoiceField(choices=WEBHOOK_TYPES, error_messages={"invalid_choice": _UNKNOWN_TYPE})

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=len(WEBHOOK_TYPES), **options)


class NewWebhookInput(InputSerializer):
    """Where to send what."""

    url = serializers.CharField(max_length=URL_MAX_LENGTH)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    event_types = _EventTypes(required=False)


class WebhookChangesInput(InputSerializer):
    """What can be changed of a webhook; `version` guards against lost updates."""

    url = serializers.CharField(max_length=URL_MAX_LENGTH, required=False)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    event_types = _EventTypes(required=False)
    is_enabled = serializers.BooleanField(required=False)
    version = serializers.IntegerField(min_value=1, required=False)


class WebhookOutput(serializers.Serializer[Webhook]):
    """A webhook; its secret is not shown again."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    description = serializers.CharField()
    event_types = serializers.ListField(
        child=serializers.ChoiceField(choices=WEBHOOK_TYPES), help_text="None stands for all."
    )
    is_enabled = serializers.BooleanField()
    disabled_reason = serializers.ChoiceField(
        choices=DisabledReason.choices, allow_blank=True, help_text="Why it was switched off by itself, if it was."
    )
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="The first failure after the last success; off after three days."
    )
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: Webhook) -> dict[str, Any]:
        """Return the fields."""
        return webhook_fields(instance)


class WebhookSecretOutput(WebhookOutput):
    """A webhook with its new secret, which is shown this once."""

    secret = serializers.CharField(help_text="`whsec_` and base64, as Standard Webhooks writes it.")

    def to_representation(self, instance: Webhook) -> dict[str, Any]:
        """Return the fields and the secret."""
        return {**webhook_fields(instance), "secret": instance.secret}


class DeliveryFilters(InputSerializer):
    """Which deliveries to list."""

    state = serializers.ChoiceField(choices=WebhookState.choices, required=False)


class WebhookDeliveryOutput(serializers.Serializer[WebhookDelivery]):
    """One event on its way to one webhook; `id` is the `webhook-id` header of every attempt."""

    id = serializers.UUIDField()
    webhook_id = serializers.UUIDField()
    event_seq = serializers.IntegerField()
    type = serializers.CharField()
    payload = serializers.DictField()
    state = serializers.ChoiceField(choices=WebhookState.choices)
    attempt_count = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    first_tried_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    response_status = serializers.IntegerField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: WebhookDelivery) -> dict[str, Any]:
        """Return the fields."""
        return delivery_fields(instance)


def webhook_fields(row: Webhook) -> dict[str, Any]:
    """Return what is shown of a webhook. No query."""
    return {
        "id": row.id,
        "url": row.url,
        "description": row.description,
        "event_types": row.event_types,
        "is_enabled": row.is_enabled,
        "disabled_reason": row.disabled_reason,
        "failing_since": row.failing_since,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def delivery_fields(row: WebhookDelivery) -> dict[str, Any]:
    """Return what is shown of a delivery. No query."""
    return {
        "id": row.id,
        "webhook_id": row.webhook_id,
        "event_seq": row.event_seq,
        "type": row.type,
        "payload": row.payload,
        "state": row.state,
        "attempt_count": row.attempt_count,
        "next_attempt_at": row.due_at if row.state == WebhookState.WAITING else None,
        "first_tried_at": row.first_tried_at,
        "delivered_at": row.delivered_at,
        "response_status": row.response_status,
        "duration_ms": row.duration_ms,
        "error": row.error,
        "created_at": row.created_at,
    }
