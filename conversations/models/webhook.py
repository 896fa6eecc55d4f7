"""Where other systems want to hear what happens."""

import uuid7
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from conversations.enums import DisabledReason, WebhookState
from teams.models import Agent


class Webhook(models.Model):
    """An address that gets the account's events, signed with `secret` (Standard Webhooks, `whsec_…`).

    `event_types` are live types (API.md "Live updates"); none means all of them.
    `failing_since`: the first failure after the last success. `disabled_reason`: why we switched it off, if we did.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    url = models.CharField(max_length=2000)
    description = models.CharField(max_length=200, blank=True)
    event_types = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    secret = models.CharField(max_length=100)
    is_enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, choices=DisabledReason, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.id)


class WebhookDelivery(models.Model):
    """One event on its way to one webhook: claimed by a conditional update, its id is the `webhook-id` header.

    Rows are written by raw SQL with random ids; `event_seq` is what orders them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event_seq = models.BigIntegerField()
    type = models.CharField(max_length=40)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=WebhookState, default=WebhookState.WAITING)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    first_tried_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints = [models.UniqueConstraint(fields=["webhook", "event_seq"], name="each_event_once_per_webhook")]
        indexes = [
            # The head of each webhook's queue, however long that is; and the few that are under way.
            models.Index(
                fields=["webhook", "due_at"], condition=Q(state=WebhookState.WAITING), name="webhook_delivery_waiting"
            ),
            models.Index(fields=["webhook"], condition=Q(state=WebhookState.SENDING), name="webhook_delivery_sending"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"
