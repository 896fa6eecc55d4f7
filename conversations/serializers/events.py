"""The audit timeline as the API shows it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rest_framework import serializers

from conversations.queries.event_names import EventNames
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent

# Event → the things that it changes: name, field of the value before, field of the value after.
_SCALARS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "ConversationStatusChanged": [("status", "status_before", "status"), ("snoozed_until", "", "snoozed_until")],
    "ConversationPriorityChanged": [("priority", "priority_before", "priority")],
    "ConversationSubjectChanged": [("subject", "subject_before", "subject")],
    "ConversationFolderChanged": [("folder", "folder_before", "folder")],
    "CsatAnswered": [("rating", "rating_before", "rating")],
    "DeliveryChanged": [("delivery", "state_before", "state")],
}
# The same with ids, which are shown with their names.
_REFERENCES: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "ConversationAssigned": [("assignee", "assignee_before", "assignee_id")],
    "ConversationTeamChanged": [("team", "team_before", "team_id")],
    "ConversationCategoryChanged": [("category", "category_before", "category_id")],
    "ConversationMerged": [("merged_into", "", "into_id")],
    "ConversationUnmerged": [("merged_into", "from_id", "")],
    "ConversationAbsorbed": [("absorbed", "", "source_id")],
    "ConversationReleased": [("absorbed", "source_id", "")],
    "MessagesSplit": [("split_off", "", "new_conversation_id")],
    "SplitUndone": [("split_off", "from_id", "")],
    "MacroApplied": [("macro", "", "macro_id")],
    "SlaPolicySet": [("sla_policy", "policy_before", "policy_id")],
}
UNDOABLE = ("ConversationMerged", "ConversationAbsorbed", "MessagesSplit")


class EventActor(serializers.Serializer[Any]):
    """Who did it; neither id nor name for the system."""

    type = serializers.ChoiceField(choices=ActorKind.choices)
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()


class EventChange(serializers.Serializer[Any]):
    """One thing that is different: a scalar, or `{id, name}` where it is a person, a team or the like."""

    field = serializers.CharField()
    to = serializers.JSONField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields; `from` is no name that Python takes for an attribute."""
        return {**super().get_fields(), "from": serializers.JSONField(allow_null=True)}


class EventOutput(serializers.Serializer[Any]):
    """One line of the timeline, out of a row of the log; the context has the `names`."""

    seq = serializers.IntegerField()
    type = serializers.CharField(help_text="Such as `conversation_assigned`")
    actor = EventActor()
    at = serializers.DateTimeField()
    changes = EventChange(many=True)
    cause = serializers.CharField(allow_null=True, help_text="Why a status changed by itself, such as `woken`")
    rule = serializers.UUIDField(allow_null=True, help_text="The automation rule that did it")
    message_id = serializers.UUIDField(allow_null=True)
    undoable = serializers.BooleanField(help_text="A merge or a split, which `undo` takes back for 30 days")

    def to_representation(self, instance: LoggedEvent) -> dict[str, Any]:
        """Return the fields."""
        return event_fields(instance, self.context["names"])


def event_fields(event: LoggedEvent, names: EventNames) -> dict[str, Any]:
    """Return the fields of EventOutput."""
    actor_id = str(event.actor_id) if event.actor_id else None
    return {
        "seq": event.seq,
        "type": re.sub(r"(?<=[a-z])(?=[A-Z])", "_", event.type).lower(),
        "actor": {"type": event.actor_kind, "id": actor_id, "name": names.names.get(actor_id or "", "")},
        "at": event.at,
        "changes": list(_changes(event, names)),
        "cause": event.data.get("cause") or None,
        "rule": _rule_of(event),
        "message_id": event.data.get("message_id"),
        "undoable": event.type in UNDOABLE,
    }


def _rule_of(event: LoggedEvent) -> str | None:
    return str(event.actor_id) if event.actor_kind == ActorKind.RULE and event.actor_id else None


def _changes(event: LoggedEvent, names: EventNames) -> list[dict[str, Any]]:
    data: Mapping[str, Any] = event.data
    found = [_change(name, data.get(before), data.get(after)) for name, before, after in _SCALARS.get(event.type, ())]
    found += [
        _change(name, names.of(data.get(before)), names.of(data.get(after)))
        for name, before, after in _REFERENCES.get(event.type, ())
    ]
    found += _MORE[event.type](data, names) if event.type in _MORE else []
    return [change for change in found if change["from"] != change["to"]]


def _change(name: str, before: Any, after: Any) -> dict[str, Any]:
    return {"field": name, "from": before, "to": after}


def _tag_changes(data: Mapping[str, Any], _names: EventNames) -> list[dict[str, Any]]:
    return [_change("tags", data["removed"], data["added"])]


def _custom_field_changes(data: Mapping[str, Any], _names: EventNames) -> list[dict[str, Any]]:
    before, after = data["fields_before"], data["fields"]
    return [_change(f"custom_fields.{name}", before[name], after[name]) for name in after]


def _following(data: Mapping[str, Any], names: EventNames) -> list[dict[str, Any]]:
    who = names.of(data["agent_id"])
    return [_change("follower", None, who) if data["is_following"] else _change("follower", who, None)]


def _text_before(data: Mapping[str, Any], names: EventNames) -> list[dict[str, Any]]:
    """What the message said, for those who may read that; what it says now is in the message."""
    return [_change("text", names.texts.get(data.get("version_id") or ""), None)]


_MORE: Mapping[str, Callable[[Mapping[str, Any], EventNames], list[dict[str, Any]]]] = {
    "ConversationTagsChanged": _tag_changes,
    "ConversationFieldsChanged": _custom_field_changes,
    "ConversationFollowed": _following,
    "MessageEdited": _text_before,
    "MessageDeleted": _text_before,
}
