"""What clients send to change conversations, and what bulk changes answer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations.actions.change_conversations import Changed
from conversations.enums import Folder, Priority, Status
from conversations.queries.changes import BULK_MOST, MOST_TAGS, SUBJECT_MAX_LENGTH, TAG_MAX_LENGTH
from conversations.queries.conversations import ConversationRow
from conversations.serializers.conversations import ConversationOutput, conversation_fields
from hummdesk.api.serializers import InputSerializer, JSONObjectField

_SNOOZE = "With `snoozed` only, and needed there. Null: until the customer writes"


def _tags(help_text: str) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=TAG_MAX_LENGTH),
        max_length=MOST_TAGS,
        required=False,
        help_text=help_text,
    )


class ChangesInput(InputSerializer):
    """What is to be different; what is not named stays as it is."""

    status = serializers.ChoiceField(choices=Status.choices, required=False)
    snoozed_until = serializers.DateTimeField(required=False, allow_null=True, help_text=_SNOOZE)
    priority = serializers.ChoiceField(choices=Priority.choices, required=False)
    assignee_id = serializers.UUIDField(required=False, allow_null=True)
    team_id = serializers.UUIDField(required=False, allow_null=True)
    subject = serializers.CharField(required=False, max_length=SUBJECT_MAX_LENGTH)
    tags = _tags("All of them, by name; those that are not there yet are made")
    add_tags = _tags("Put on, besides what is there")
    remove_tags = _tags("Taken off")
    custom_fields = JSONObjectField(
        required=False, help_text="Scalars by name, merged into what is there; null removes one"
    )
    category = serializers.CharField(
        required=False, allow_null=True, max_length=60, help_text="A category's slug or id"
    )
    folder = serializers.ChoiceField(choices=Folder.choices, required=False)
    sla_policy_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="What is promised, whatever the scopes say; null leaves it to them"
    )


class ConversationPatch(ChangesInput):
    """Changes of one conversation."""

    version = serializers.IntegerField(
        required=False, min_value=0, help_text="The version that the caller knows; another one is answered by 409"
    )


class BulkInput(InputSerializer):
    """The same changes for many."""

    ids = serializers.ListField(
        child=serializers.CharField(max_length=36),
        min_length=1,
        max_length=BULK_MOST,
        help_text="Ids or display_ids; one named twice is changed once",
    )
    changes = ChangesInput()


@extend_schema_field({"$ref": "#/components/schemas/Problem"})
class ProblemField(serializers.JSONField):
    """The problem document that a call for one alone would answer."""


class BulkResult(serializers.Serializer[Any]):
    """What became of one: `conversation` with the status 200, `error` with any other."""

    id = serializers.CharField(help_text="As it was asked for")
    status = serializers.IntegerField()
    conversation = ConversationOutput(required=False)
    error = ProblemField(required=False)


class BulkOutput(serializers.Serializer[Any]):
    """One result for each conversation, in the order asked."""

    results = BulkResult(many=True)


class MergeInput(InputSerializer):
    """Where the messages are to go."""

    into = serializers.CharField(max_length=36, help_text="Id or display_id")


class SplitInput(InputSerializer):
    """What becomes a conversation of its own."""

    message_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=1000)
    subject = serializers.CharField(
        required=False, max_length=SUBJECT_MAX_LENGTH, default="", help_text="The old one's unless given"
    )


def bulk_result(
    changed: Changed, rows: Mapping[UUID, ConversationRow], problem: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the fields of BulkResult; `rows` has the conversations that were changed, by id."""
    if problem is not None:
        return {"id": changed.asked, "status": problem["status"], "error": problem}
    row = rows[changed.conversation_id] if changed.conversation_id else {}
    return {"id": changed.asked, "status": 200, "conversation": conversation_fields(row)}
