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
    is_default = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "SLA policies"
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_sla",
            )
        ]

    def __str__(self) -> str:
        return self.name
