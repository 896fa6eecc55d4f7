"""Conversations as the API shows them, and what its lists are filtered by."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations.enums import Channel, Folder, MessageKind, Priority, SlaState, Status
from conversations.queries.conversations import ME, NOBODY, ConversationRow, sla_state
from hummdesk.api.serializers import InputSerializer, WordsField

_AUTHORS = ["contact", "agent", "system"]


@extend_schema_field({"oneOf": [{"type": "string", "format": "uuid"}, {"type": "string"}]})
class WhoField(serializers.UUIDField):
    """An id, or one of the words that stand for one."""

    def __init__(self, *, words: tuple[str, ...], **options: Any) -> None:
        self.words = words
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> UUID | str:  # type: ignore[override]  # words besides ids
        """Return the id or the word. Raises: ValidationError."""
        if data in self.words:
            return str(data)
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError as error:
            words = " or ".join(f"`{word}`" for word in self.words)
            raise serializers.ValidationError(f"Use an id, or {words}.") from error


class ConversationFilters(InputSerializer):
    """Which conversations to list; all of these must hold.

    Several words, given repeatedly or with commas, mean any of them. `after` includes its moment, `before` does not.
    """

    status = WordsField(child=serializers.ChoiceField(choices=Status.choices), required=False)
    priority = WordsField(child=serializers.ChoiceField(choices=Priority.choices), required=False)
    channel = WordsField(child=serializers.ChoiceField(choices=Channel.choices), required=False)
    assignee_id = WhoField(words=(ME, NOBODY), required=False, help_text="An agent's id, `me` or `none`")
    team_id = WhoField(words=(NOBODY,), required=False, help_text="A team's id or `none`")
    contact_id = serializers.UUIDField(required=False)
    tag = WordsField(child=serializers.CharField(max_length=50), required=False, help_text="Names of tags")
    category = WordsField(
        child=serializers.CharField(max_length=60), required=False, help_text="Slugs of categories, or `none`"
    )
    unread = serializers.BooleanField(required=False)
    sla = serializers.ChoiceField(choices=SlaState.choices, required=False)
    # Nothing that people type into a search box is an error, nor is an empty one.
    q = serializers.CharField(
        required=False, allow_blank=True, help_text="Full text, with the operators of the search"
    )
    folder = serializers.ChoiceField(choices=Folder.choices, required=False, help_text="`inbox` unless given")
    created_after = serializers.DateTimeField(required=False)
    created_before = serializers.DateTimeField(required=False)
    updated_after = serializers.DateTimeField(required=False)
    updated_before = serializers.DateTimeField(required=False)


class ContactBrief(serializers.Serializer[Any]):
    """Who wrote in."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()


class NamedBrief(serializers.Serializer[Any]):
    """An agent or a team."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class AuthorBrief(serializers.Serializer[Any]):
    """Who wrote a message; neither id nor name for the system."""

    type = serializers.ChoiceField(choices=_AUTHORS)
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()


class LastMessageBrief(serializers.Serializer[Any]):
    """The newest message that is not a system line; `preview` is the beginning of its text on one line."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=MessageKind.choices)
    author = AuthorBrief()
    preview = serializers.CharField()
    created_at = serializers.DateTimeField()


class SlaBrief(serializers.Serializer[Any]):
    """What is promised; `state` turns to `due_soon` 30 minutes before the next promise."""

    policy = serializers.CharField(allow_null=True, help_text="The policy's name")
    first_response_due_at = serializers.DateTimeField(allow_null=True)
    resolution_due_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(choices=SlaState.choices)
    breached_at = serializers.DateTimeField(allow_null=True)


class ConversationOutput(serializers.Serializer[Any]):
    """A conversation, out of a row of `conversation_rows`."""

    id = serializers.UUIDField()
    display_id = serializers.IntegerField()
    subject = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    priority = serializers.ChoiceField(choices=Priority.choices)
    channel = serializers.ChoiceField(choices=Channel.choices)
    category = serializers.CharField(allow_null=True, help_text="The category's slug")
    contact = ContactBrief()
    assignee = NamedBrief(allow_null=True)
    team = NamedBrief(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    custom_fields = serializers.DictField(child=serializers.JSONField())
    message_count = serializers.IntegerField()
    unread = serializers.BooleanField(help_text="Something is newer than the caller's read mark, and it is unfinished")
    last_message = LastMessageBrief(allow_null=True)
    last_activity_at = serializers.DateTimeField()
    waiting_since = serializers.DateTimeField(allow_null=True)
    snoozed_until = serializers.DateTimeField(allow_null=True)
    sla = SlaBrief(allow_null=True)
    folder = serializers.ChoiceField(choices=Folder.choices)
    merged_into = serializers.UUIDField(allow_null=True, help_text="Where its messages are now")
    language = serializers.CharField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, instance: ConversationRow) -> dict[str, Any]:
        """Return the fields."""
        return conversation_fields(instance)


def conversation_fields(row: ConversationRow) -> dict[str, Any]:
    """Return the fields of ConversationOutput."""
    return {
        "id": row["id"],
        "display_id": row["display_id"],
        "subject": row["subject"],
        "status": row["status"],
        "priority": row["priority"],
        "channel": row["channel"],
        "category": row["category_slug"],
        "contact": {"id": row["contact_id"], "name": row["contact_name"], "email": row["contact_email"]},
        "assignee": _named(row["assignee_id"], row["assignee_name"]),
        "team": _named(row["team_id"], row["team_name"]),
        "tags": row["tags"],
        "custom_fields": row["custom_fields"],
        "message_count": row["message_count"],
        "unread": row["is_unread"],
        "last_message": _last_message(row),
        "last_activity_at": row["last_activity_at"],
        "waiting_since": row["waiting_since"],
        "snoozed_until": row["snoozed_until"],
        "sla": _sla(row),
        "folder": row["folder"],
        "merged_into": row["merged_into_id"],
        "language": row["language"],
        "version": row["version"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "resolved_at": row["resolved_at"],
    }


def _named(id: UUID | None, name: str | None) -> dict[str, Any] | None:
    return {"id": id, "name": name} if id else None


def _last_message(row: ConversationRow) -> dict[str, Any] | None:
    if row["last_message_id"] is None:
        return None
    return {
        "id": row["last_message_id"],
        "kind": row["last_message_kind"],
        "author": _author(row),
        "preview": row["preview"],
        "created_at": row["last_message_at"],
    }


def _author(row: ConversationRow) -> dict[str, Any]:
    if row["last_message_kind"] == MessageKind.INCOMING:
        return {"type": "contact", "id": row["contact_id"], "name": row["contact_name"] or row["contact_email"]}
    if row["last_message_agent_id"]:
        return {"type": "agent", "id": row["last_message_agent_id"], "name": row["author_name"]}
    return {"type": "system", "id": None, "name": ""}


def _sla(row: ConversationRow) -> dict[str, Any] | None:
    promises = ("sla_policy_id", "sla_due_at", "sla_breached_at", "first_response_due_at", "resolution_due_at")
    if not any(row[name] for name in promises):
        return None
    return {
        "policy": row["policy_name"],
        "first_response_due_at": row["first_response_due_at"],
        "resolution_due_at": row["resolution_due_at"],
        "state": sla_state(row, timezone.now()),
        "breached_at": row["sla_breached_at"],
    }
