"""Business hours as the API reads and shows them."""

from typing import Any

from rest_framework import serializers

from hummdesk.api.serializers import InputSerializer
from teams.actions.save_hours import DAY_NAME_MAX_LENGTH, DAYS_MOST, HOURS_NAME_MAX_LENGTH
from teams.models import BusinessHours, BusinessPeriod
from teams.public_holidays import SUBDIVISION_MAX_LENGTH
from teams.week import PERIODS_A_DAY_MOST, time_text

TIME_HELP = "Local time, 00:00 to 24:00"


class PeriodInput(InputSerializer):
    """An open period of a weekday, from its first minute until before its last."""

    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="0 is Monday")
    opens = serializers.CharField(max_length=5, help_text=TIME_HELP)
    closes = serializers.CharField(max_length=5, help_text=TIME_HELP)


class DayInput(InputSerializer):
    """A day that is closed whatever the week says; or, `is_open`, a public holiday on which people work."""

    day_on = serializers.DateField()
    name = serializers.CharField(max_length=DAY_NAME_MAX_LENGTH, required=False, allow_blank=True)
    is_open = serializers.BooleanField(required=False)


class HoursInput(InputSerializer):
    """Business hours. `periods` and `days` are wholes; two periods of a day may touch, but not overlap."""

    name = serializers.CharField(max_length=HOURS_NAME_MAX_LENGTH)
    timezone = serializers.CharField(max_length=64, help_text="IANA name, such as Europe/Helsinki")
    country = serializers.CharField(
        max_length=2, required=False, allow_blank=True, help_text="ISO 3166-1 code; its public holidays are closed."
    )
    subdivision = serializers.CharField(
        max_length=SUBDIVISION_MAX_LENGTH, required=False, allow_blank=True, help_text="ISO 3166-2 code of its part"
    )
    periods = PeriodInput(many=True, required=False, max_length=7 * PERIODS_A_DAY_MOST)  # type: ignore[call-arg]
    days = DayInput(many=True, required=False, max_length=DAYS_MOST)  # type: ignore[call-arg]
    is_default = serializers.BooleanField(
        required=False, help_text="The account's own: for mailboxes and teams without hours. Exactly one is."
    )


class HoursChangesInput(HoursInput):
    """What is to be different in business hours; `version` guards against lost updates."""

    version = serializers.IntegerField(min_value=1, required=False)


class PeriodOutput(serializers.Serializer[BusinessPeriod]):
    """An open period of a weekday."""

    weekday = serializers.IntegerField(help_text="0 is Monday")
    opens = serializers.CharField(help_text=TIME_HELP)
    closes = serializers.CharField(help_text=TIME_HELP)

    def to_representation(self, instance: BusinessPeriod) -> dict[str, Any]:
        """Return the times as they are written."""
        return {
            "weekday": instance.weekday,
            "opens": time_text(instance.opens_minute),
            "closes": time_text(instance.closes_minute),
        }


class DayOutput(serializers.Serializer[Any]):
    """A day of the account's own."""

    day_on = serializers.DateField()
    name = serializers.CharField()
    is_open = serializers.BooleanField()


class HoursOutput(serializers.Serializer[BusinessHours]):
    """Business hours."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    timezone = serializers.CharField()
    country = serializers.CharField()
    subdivision = serializers.CharField()
    periods = PeriodOutput(source="periods.all", many=True)
    days = DayOutput(source="holidays.all", many=True)
    is_default = serializers.BooleanField()
    version = serializers.IntegerField()
