"""Rows of the platform's mail: what the provider told, and mail that no account sends."""

import uuid7
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account
from email_channel.enums import ProviderEventState, SendState


class ProviderEvent(models.Model):
    """What the provider told us, stored before anything looks into it, once for each `event_id`.

    `event_id` is the `svix-id`, or `list:<object_id>` for received mail that no webhook announced and the
    reconciler found. `object_id` is the provider's id of the mail. `account` is whose turn the work takes, None for
    mail to nobody here. A claim older than `CLAIM_LASTS` is void.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    event_id = models.CharField(max_length=120, unique=True)
    type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=100, blank=True)
    payload = models.JSONField(default=dict)
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=ProviderEventState, default=ProviderEventState.WAITING)
    error = models.CharField(max_length=300, blank=True)
    attempt_count = models.PositiveIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    occurred_at = models.DateTimeField(default=timezone.now)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object_id"], condition=Q(type="email.received"), name="each_received_mail_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "occurred_at", "id"],
                condition=Q(state=ProviderEventState.WAITING, type="email.received"),
                name="received_mail_waits",
            ),
            models.Index(
                fields=["account", "occurred_at", "id"],
                condition=Q(state=ProviderEventState.WAITING) & ~Q(type="email.received"),
                name="provider_word_waits",
            ),
            models.Index(
                fields=["account"],
                condition=Q(state=ProviderEventState.FAILED, type="email.received"),
                name="received_mail_failed",
            ),
            models.Index(fields=["-received_at"], name="provider_event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class SystemMail(models.Model):
    """A mail to somebody who signs in, to one recipient; its id is the idempotency key.

    `account` is whose turn at the provider it takes, None for sign-in mail and invitations, which go first.
    `text` and `html` are emptied once the mail has left or failed: they hold links that let somebody in.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    sender = models.CharField(max_length=500)
    recipient = models.CharField(max_length=320)
    subject = models.TextField()
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    message_id = models.TextField()
    state = models.CharField(max_length=10, choices=SendState, default=SendState.QUEUED)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    first_tried_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=100, blank=True)
    error = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=[SendState.QUEUED, SendState.SENDING]),
                name="system_mail_to_send",
            ),
            models.Index(
                fields=["recipient"],
                condition=Q(state__in=[SendState.BOUNCED, SendState.COMPLAINED, SendState.SUPPRESSED]),
                name="system_mail_not_welcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"
