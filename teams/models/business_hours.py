"""When a team works: several periods a day, holidays, one time zone."""

import uuid7
from django.db import models
from django.db.models import F, Q


class BusinessHours(models.Model):
    """A weekly calendar; local times are in `timezone`."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    name = models.CharField(max_length=80, unique=True)
    timezone = models.CharField(max_length=64)
    # ISO 3166 codes of the country and its part whose public holidays count (package `holidays`); "" for none.
    country = models.CharField(max_length=2, blank=True)
    subdivision = models.CharField(max_length=8, blank=True)
    is_default = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "business hours"
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_hours",
            )
        ]

    def __str__(self) -> str:
        return self.name


class BusinessPeriod(models.Model):
    """One open period of a weekday (0 = Monday), in minutes after local midnight: open from, until before."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="periods")
    weekday = models.PositiveSmallIntegerField()
    opens_minute = models.PositiveSmallIntegerField()
    closes_minute = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["weekday", "opens_minute"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekday_is_0_to_6"),
            models.CheckConstraint(
                condition=Q(opens_minute__lt=F("closes_minute"), closes_minute__lte=1440),
                name="period_has_length",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday}: {self.opens_minute}-{self.closes_minute}"


class Holiday(models.Model):
    """A day on which nobody works, whatever the weekday says; or, `is_open`, a public holiday on which they do."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="holidays")
    day_on = models.DateField()
    name = models.CharField(max_length=80)
    is_open = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hours", "day_on"], name="one_holiday_per_day")]

    def __str__(self) -> str:
        return f"{self.day_on} {self.name}"
