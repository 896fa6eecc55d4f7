"""Notifications as the API reads and shows them."""

from typing import Any

from rest_framework import serializers

from conversations.enums import NotificationKind
from conversations.models import Notification
from hummdesk.api.serializers import InputSerializer
from hummdesk.events.actor import ActorKind


class NotificationFilters(InputSerializer):
    """Which notifications to list."""

    unread = serializers.BooleanField(required=False, default=None, allow_null=True, help_text="true: only unread")
    kind = serializers.ChoiceField(choices=NotificationKind.choices, required=False)


class NotifiedConversation(serializers.Serializer[Any]):
    """The conversation that a notification is about."""

    id = serializers.UUIDField()
    display_id = serializers.IntegerField()
    subject = serializers.CharField()


class NotificationActor(serializers.Serializer[Any]):
    """Who caused it; without id and name for the system."""

    type = serializers.ChoiceField(choices=ActorKind.choices)
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_null=True)


class NotificationOutput(serializers.Serializer[Any]):
    """One thing that the caller was told."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=NotificationKind.choices)
    conversation = NotifiedConversation(allow_null=True)
    message_id = serializers.UUIDField(allow_null=True)
    actor = NotificationActor()
    event_seq = serializers.IntegerField()
    text = serializers.CharField(allow_blank=True, help_text="What a rule was to say; empty for other kinds")
    read_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: Notification) -> dict[str, Any]:
        """Return the fields."""
        return notification_fields(instance)


class UnreadCountOutput(serializers.Serializer[Any]):
    """How many are unread, counted up to a limit."""

    count = serializers.IntegerField(max_value=100)
    has_more = serializers.BooleanField(help_text="There are more than that")


class _KindsOutput(serializers.Serializer[Any]):
    """A yes or no for each kind."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return a field for each kind."""
        return {kind.value: serializers.BooleanField(help_text=str(kind.label)) for kind in NotificationKind}


class MailedKindsOutput(_KindsOutput):
    """Which kinds go by mail as well, where they are not read for five minutes and the caller is not online."""


class NotificationSettingsOutput(_KindsOutput):
    """Whether the caller wants each kind, and which by mail as well."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return a field for each kind, and one for mail."""
        return super().get_fields() | {"mail": MailedKindsOutput()}


class _KindsInput(InputSerializer):
    """Kinds to switch on or off; others stay as they are."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return a field for each kind."""
        return {kind.value: serializers.BooleanField(required=False) for kind in NotificationKind}


class MailedKindsInput(_KindsInput):
    """Kinds to be sent by mail or not; others stay as they are."""


class NotificationSettingsInput(_KindsInput):
    """Kinds to switch on or off, here and by mail; others stay as they are."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return a field for each kind, and one for mail."""
        return super().get_fields() | {"mail": MailedKindsInput(required=False)}


def notification_fields(row: Any) -> dict[str, Any]:
    """Return a notification, of a row of `notifications_of`."""
    conversation = row.conversation
    return {
        "id": row.id,
        "kind": row.kind,
        "conversation": conversation
        and {"id": conversation.id, "display_id": conversation.display_id, "subject": conversation.subject},
        "message_id": row.message_id,
        "actor": {"type": row.actor_kind or ActorKind.SYSTEM, "id": row.actor_id, "name": row.actor_name},
        "event_seq": row.event_seq,
        "text": row.text,
        "read_at": row.read_at,
        "created_at": row.created_at,
    }
