"""Tags as the API reads and shows them."""

from typing import Any

from rest_framework import serializers

from conversations.models import Tag
from hummdesk.api.serializers import InputSerializer


class TagOutput(serializers.Serializer[Any]):
    """A word that agents sort conversations by."""

    id = serializers.UUIDField()
    name = serializers.CharField()

    def to_representation(self, instance: Tag) -> dict[str, Any]:
        """Return the fields."""
        return {"id": instance.id, "name": instance.name}


class TagFilters(InputSerializer):
    """Which tags to list."""

    q = serializers.CharField(max_length=50, required=False, help_text="Part of a name")


class TagInput(InputSerializer):
    """A tag's name; case makes no difference."""

    name = serializers.CharField(max_length=200)
