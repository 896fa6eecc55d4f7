"""An outgoing mail on its way to one recipient."""

import uuid7
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone

from email_channel.enums import BounceKind, SendState
from email_channel.models.email_message import EmailMessage


class OutgoingDelivery(models.Model):
    """The state on which sending hangs: claimed by a conditional update, its id is the idempotency key.

    `told_at` is the time of the newest word from the provider or a bounce that was heeded: older ones come late and
    change nothing. `asked_at` is when the provider was last asked for it, since nobody had told. `status_code` is
    RFC 3463's, `error` the other server's own words.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    email = models.ForeignKey(EmailMessage, on_delete=models.CASCADE, related_name="deliveries")
    recipient = models.CharField(max_length=320)
    state = models.CharField(max_length=10, choices=SendState, default=SendState.QUEUED)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    first_tried_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=100, blank=True)
    bounce_kind = models.CharField(max_length=4, choices=BounceKind, blank=True)
    status_code = models.CharField(max_length=12, blank=True)
    error = models.CharField(max_length=1000, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "outgoing deliveries"
        constraints = [models.UniqueConstraint(fields=["email", "recipient"], name="each_recipient_once")]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=[SendState.QUEUED, SendState.SENDING]),
                name="delivery_to_send",
            ),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="delivery_by_provider_id"),
            models.Index(
                fields=["sent_at"],
                condition=Q(state__in=[SendState.SENT, SendState.DELAYED]),
                name="delivery_under_way",
            ),
            models.Index(fields=["recipient"], name="delivery_by_recipient"),
            GinIndex(OpClass(Upper("recipient"), name="gin_trgm_ops"), name="delivery_by_part_of_recipient"),
            models.Index(
                fields=["-id"],
                condition=Q(state__in=[SendState.FAILED, SendState.BOUNCED, SendState.SUPPRESSED, SendState.UNKNOWN]),
                name="delivery_not_arrived",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"
