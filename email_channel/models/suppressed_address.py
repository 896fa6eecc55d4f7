"""Addresses to which nothing is sent."""

import uuid7
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from email_channel.enums import SuppressionReason


class SuppressedAddress(models.Model):
    """An address that bounced for good or complained; the row goes when somebody lifts it. `detail` is for people."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    address = models.CharField(max_length=320, unique=True)
    reason = models.CharField(max_length=12, choices=SuppressionReason)
    detail = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "suppressed addresses"
        constraints = [models.CheckConstraint(condition=Q(address=Lower("address")), name="suppressed_is_lower_case")]
        indexes = [models.Index(fields=["-created_at"], name="suppressed_by_time")]

    def __str__(self) -> str:
        return f"{self.reason} {self.id}"
