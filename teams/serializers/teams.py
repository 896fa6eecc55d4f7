"""Teams as the API reads and shows them."""

from typing import Any

from rest_framework import serializers

from hummdesk.api.serializers import InputSerializer
from teams.actions.save_team import TEAM_NAME_MAX_LENGTH
from teams.enums import RoutingStrategy, TeamRole
from teams.models import Team

CATEGORIES_MOST = 200


class TeamOutput(serializers.Serializer[Any]):
    """A team, how it gives out work, and what it serves."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    routing = serializers.ChoiceField(choices=RoutingStrategy.choices)
    is_sticky = serializers.BooleanField(help_text="Whoever knows the customer gets their next conversation")
    hours_id = serializers.UUIDField(allow_null=True)
    sla_policy_id = serializers.UUIDField(allow_null=True)
    category_ids = serializers.ListField(child=serializers.UUIDField())
    member_count = serializers.IntegerField()
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: Team) -> dict[str, Any]:
        """Return the fields."""
        return {
            "id": instance.id,
            "name": instance.name,
            "slug": instance.slug,
            "routing": instance.routing,
            "is_sticky": instance.is_sticky,
            "hours_id": instance.hours_id,
            "sla_policy_id": instance.sla_policy_id,
            "category_ids": [category.pk for category in instance.categories.all()],
            "member_count": vars(instance)["member_count"],
            "version": instance.version,
            "created_at": instance.created_at,
        }


class TeamFilters(InputSerializer):
    """Which teams to list."""

    q = serializers.CharField(max_length=TEAM_NAME_MAX_LENGTH, required=False, help_text="Part of a name")


class TeamInput(InputSerializer):
    """A team; what is not given is off or empty, and routing is by hand."""

    name = serializers.CharField(max_length=TEAM_NAME_MAX_LENGTH)
    routing = serializers.ChoiceField(choices=RoutingStrategy.choices, required=False)
    is_sticky = serializers.BooleanField(required=False)
    hours_id = serializers.UUIDField(required=False, allow_null=True)
    sla_policy_id = serializers.UUIDField(required=False, allow_null=True)
    category_ids = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=CATEGORIES_MOST,
        required=False,
        help_text="All that it serves; a category that another team served is this one's then",
    )


class TeamChangesInput(TeamInput):
    """What is to be different; `version` guards against lost updates."""

    version = serializers.IntegerField(min_value=1, required=False)


class TeamDeletion(InputSerializer):
    """Who is to have what a deleted team had."""

    move_to = serializers.UUIDField(
        required=False, help_text="The team that gets its open conversations, categories, mailboxes and what it shares"
    )


class PlaceInput(InputSerializer):
    """Who is to be in the team, and as what."""

    user_id = serializers.UUIDField()
    role = serializers.ChoiceField(choices=TeamRole.choices, default=TeamRole.AGENT)


class PlaceChangesInput(InputSerializer):
    """What the agent is to be in the team."""

    role = serializers.ChoiceField(choices=TeamRole.choices)
