"""What accounts pay, and what they use."""

import uuid7
from django.db import models

from accounts.enums import SubscriptionStatus
from accounts.models.account import Account


class Plan(models.Model):
    """A price list entry."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    price_per_agent_eur = models.DecimalField(max_digits=8, decimal_places=2)
    is_offered = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """The plan an account is on."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="subscription")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=SubscriptionStatus, default=SubscriptionStatus.TRIAL)
    agent_count = models.PositiveIntegerField(default=1)
    started_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.account_id} on {self.plan_id}"


class PlatformUsage(models.Model):
    """What one account did on one day (UTC)."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="usage")
    day_on = models.DateField()
    conversation_count = models.PositiveIntegerField(default=0)
    message_count = models.PositiveIntegerField(default=0)
    active_agent_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day_on"], name="one_usage_row_per_day")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day_on}"
