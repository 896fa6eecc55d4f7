"""Categories as the API reads and shows them."""

from typing import Any

from rest_framework import serializers

from conversations.actions.save_category import CATEGORY_NAME_MAX_LENGTH, NEEDED_SKILLS_MOST
from conversations.models import Category
from hummdesk.api.serializers import InputSerializer
from teams.serializers.agents import SkillLevelField, SkillLevelOutput


class CategoryOutput(serializers.Serializer[Any]):
    """What conversations are about; `skills` is what whoever is routed one must have, at these levels or above."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    team_id = serializers.UUIDField(allow_null=True, help_text="The team that serves it")
    skills = SkillLevelOutput(many=True)
    version = serializers.IntegerField()

    def to_representation(self, instance: Category) -> dict[str, Any]:
        """Return the fields."""
        return {
            "id": instance.id,
            "name": instance.name,
            "slug": instance.slug,
            "team_id": instance.team_id,
            "skills": [{"name": one.skill.name, "level": one.min_level} for one in instance.skills.all()],
            "version": instance.version,
        }


class CategoryFilters(InputSerializer):
    """Which categories to list; all of these must hold."""

    q = serializers.CharField(max_length=CATEGORY_NAME_MAX_LENGTH, required=False, help_text="Part of a name")
    team_id = serializers.UUIDField(required=False)


class CategoryInput(InputSerializer):
    """A category."""

    name = serializers.CharField(max_length=CATEGORY_NAME_MAX_LENGTH)
    team_id = serializers.UUIDField(required=False, allow_null=True)
    skills = serializers.ListField(child=SkillLevelField(), max_length=NEEDED_SKILLS_MOST, required=False)


class CategoryChangesInput(CategoryInput):
    """What is to be different; `version` guards against lost updates."""

    version = serializers.IntegerField(min_value=1, required=False)
