"""Macros as the API reads and shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations.macro_actions import ACTIONS_MOST, MacroText, MacroUser, macro_changes
from conversations.models import Macro
from conversations.queries.changes import BULK_MOST
from conversations.serializers.changes import BulkResult
from conversations.serializers.sharing import SharedInput, SharedOutput, shared_fields
from hummdesk.api.serializers import InputSerializer, JSONObjectField
from hummdesk.markup import text_to_html
from teams.access import Viewer

_ACTIONS_HELP = (
    "In order: `reply`, `note` {text}, `assign` {agent_id: id, `me` or null}, `team` {team_id}, `add_tags`, "
    "`remove_tags` {tags}, `status` {status}, `priority` {priority}, `category` {category: slug or null}, `snooze` "
    "{until_reply: true} or {hours}. Each has its `type`. Texts may hold {{contact.name}} and its like."
)


@extend_schema_field({"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}}})
class MacroActionField(JSONObjectField):
    """One action, whose shape `conversations.macro_actions` checks."""


class MacroInput(SharedInput):
    """A macro."""

    actions = serializers.ListField(child=MacroActionField(), max_length=ACTIONS_MOST, help_text=_ACTIONS_HELP)


class MacroChangesInput(MacroInput):
    """What is to be different in a macro; `version` guards against lost updates."""

    version = serializers.IntegerField(min_value=1, required=False)


class MacroOutput(SharedOutput):
    """A macro; `usage_count` tells in how many conversations it was applied."""

    actions = serializers.ListField(child=MacroActionField())
    usage_count = serializers.IntegerField()

    def to_representation(self, instance: Macro) -> dict[str, Any]:
        """Return the fields."""
        return {**shared_fields(instance), "actions": instance.actions, "usage_count": instance.usage_count}


class PreviewInput(InputSerializer):
    """In which conversation to look."""

    conversation_id = serializers.CharField(max_length=36, help_text="Id or display_id")


class MacroTextOutput(serializers.Serializer[Any]):
    """What would be written."""

    kind = serializers.ChoiceField(choices=["reply", "note"])
    body_text = serializers.CharField()
    body_html = serializers.CharField()


class PreviewOutput(serializers.Serializer[Any]):
    """What the macro would do: texts first, then `changes`, as the PATCH of a conversation takes them."""

    texts = MacroTextOutput(many=True)
    changes = serializers.DictField(child=serializers.JSONField())


class ApplyInput(InputSerializer):
    """In which conversation, or in which ones."""

    conversation_id = serializers.CharField(max_length=36, required=False, help_text="Id or display_id")
    conversation_ids = serializers.ListField(
        child=serializers.CharField(max_length=36), min_length=1, max_length=BULK_MOST, required=False
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Either of the two."""
        if len(attrs) != 1:
            raise serializers.ValidationError("Give either conversation_id or conversation_ids.")
        return attrs


class AppliedOutput(serializers.Serializer[Any]):
    """One result for each conversation, in the order asked."""

    results = BulkResult(many=True)


def preview_fields(macro: Macro, texts: Sequence[MacroText], viewer: Viewer) -> Mapping[str, Any]:
    """Return the fields of PreviewOutput."""
    written = [{"kind": one.kind, "body_text": one.text, "body_html": text_to_html(one.text)} for one in texts]
    changes = macro_changes(macro.actions, user=MacroUser(viewer.id, timezone.now()))
    return {"texts": written, "changes": changes}
