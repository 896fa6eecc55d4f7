"""What the account promises its customers."""

import uuid7
from django.db import models
from django.db.models import Q

from teams.models.business_hours import BusinessHours


class SlaPolicy(models.Model):
    """Targets in seconds of business time (`hours` set) or of wall-clock time; an empty target is no promise."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    name = models.CharField(max_length=80, unique=True)
    hours = models.ForeignKey(BusinessHours, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    first_response_s = models.PositiveIntegerField(null=True, blank=True)
    next_response_s = models.PositiveIntegerField(null=True, blank=True)
    resolution_s = models.PositiveIntegerField(null=True, blank=True)
    # Of the target, in percent, after which somebody is warned.
    warn_percent = models.PositiveSmallIntegerField(default=75)
    # Whether the clocks stand still while the customer is asked; they always do while a conversation is snoozed.
    pauses_while_pending = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "SLA policies"
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_sla",
            ),
            models.CheckConstraint(
                condition=Q(warn_percent__gte=1, warn_percent__lte=99), name="sla_warns_before_the_end"
            ),
        ]

    def __str__(self) -> str:
        return self.name
