"""What macros and saved views have in common in the API."""

from typing import Any

from rest_framework import serializers

from conversations.enums import Sharing
from conversations.models.saved import SharedThing
from conversations.serializers.conversations import NamedBrief
from hummdesk.api.serializers import InputSerializer


class SharedInput(InputSerializer):
    """A name, and who else may use it; `team_id` if and only if the team may."""

    name = serializers.CharField(max_length=80)
    visibility = serializers.ChoiceField(choices=Sharing.choices, required=False)
    team_id = serializers.UUIDField(required=False, allow_null=True)
    position = serializers.IntegerField(min_value=0, max_value=32767, required=False)


class SharedOutput(serializers.Serializer[Any]):
    """A name, its maker, and who else may use it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    visibility = serializers.ChoiceField(choices=Sharing.choices)
    owner = NamedBrief()
    team = NamedBrief(allow_null=True)
    position = serializers.IntegerField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def shared_fields(thing: SharedThing) -> dict[str, Any]:
    """Return the fields of SharedOutput. No query where owner and team are loaded."""
    return {
        "id": thing.id,
        "name": thing.name,
        "visibility": thing.visibility,
        "owner": {"id": thing.owner_id, "name": thing.owner.name},
        "team": {"id": thing.team.id, "name": thing.team.name} if thing.team else None,
        "position": thing.position,
        "version": thing.version,
        "created_at": thing.created_at,
        "updated_at": thing.updated_at,
    }
