"""The numbers of the inbox as the API shows them."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from hummdesk.api.serializers import InputSerializer

LONGEST_RANGE, USUAL_RANGE = timedelta(days=366), timedelta(days=7)


class StatsRange(InputSerializer):
    """Over what time to average: the last seven days until now, unless given, and at most a year."""

    def get_fields(self) -> dict[str, Any]:
        """Return `from`, which is no name for a class's attribute, and `to`, which is not included."""
        return {
            "from": serializers.DateTimeField(required=False, help_text="Seven days before `to` unless given"),
            "to": serializers.DateTimeField(required=False, help_text="Now unless given; not included"),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, datetime]:
        """Return both ends. Raises: ValidationError for a range that is empty or too long."""
        end = attrs.get("to") or timezone.now()
        start = attrs.get("from") or end - USUAL_RANGE
        if not timedelta() < end - start <= LONGEST_RANGE:
            raise serializers.ValidationError({"from": ["Choose a time before `to`, by at most 366 days."]})
        return {"start": start, "end": end}


def _tallies(help_text: str) -> serializers.DictField:
    return serializers.DictField(child=serializers.IntegerField(), help_text=help_text)


class StatsOutput(serializers.Serializer[Any]):
    """Numbers of the inbox, as far as the caller may see it. Those without a time count what is unfinished now."""

    open = serializers.IntegerField()
    pending = serializers.IntegerField()
    snoozed = serializers.IntegerField()
    resolved_today = serializers.IntegerField(help_text="Since midnight in the account's time zone")
    unassigned = serializers.IntegerField()
    mine = serializers.IntegerField()
    breached = serializers.IntegerField(help_text="With a promise that was not kept")
    by_priority = _tallies("By each priority")
    by_team = _tallies("By the team's id, and `none`")
    by_category = _tallies("By the category's slug, and `none`")
    avg_first_response_s = serializers.FloatField(allow_null=True, help_text="Of what was first answered in the range")
    avg_resolution_s = serializers.FloatField(allow_null=True, help_text="Of what was resolved in the range")
