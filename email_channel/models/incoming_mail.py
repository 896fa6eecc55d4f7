"""A mail as it came: stored before anything looks into it."""

import uuid7
from django.db import models
from django.db.models import Q
from django.utils import timezone

from email_channel.enums import IntakeState, MailSource, Outcome
from email_channel.models.email_message import EmailMessage
from email_channel.models.mailbox import Mailbox
from hummdesk.compiled import OftenInserted
from hummdesk.tenancy.storage import raw_mail_path


class IncomingMail(OftenInserted):
    """The raw bytes of one delivery to one mailbox, and what became of them.

    `claimed_at` is set while a worker looks into it; a claim older than `CLAIM_LASTS` is void. `provider_id` is the
    provider's id of a mail that was fetched there. `rerun_count` counts how often somebody had it read again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=8, choices=MailSource)
    raw = models.FileField(upload_to=raw_mail_path, max_length=200)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    provider_id = models.CharField(max_length=100, blank=True)
    envelope_sender = models.CharField(max_length=320, blank=True)
    state = models.CharField(max_length=10, choices=IntakeState, default=IntakeState.RECEIVED)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    email = models.ForeignKey(EmailMessage, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    attempt_count = models.PositiveSmallIntegerField(default=0)
    rerun_count = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=IntakeState.DONE) ^ Q(outcome=""),
                name="done_mail_has_an_outcome",
            )
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=Q(state=IntakeState.RECEIVED),
                name="mail_to_take_in",
            ),
            models.Index(fields=["-received_at"], name="mail_by_time"),
            models.Index(
                fields=["-received_at"],
                condition=Q(outcome__in=[Outcome.QUARANTINED, Outcome.SUPPRESSED]),
                name="mail_set_aside",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.size_bytes} B"
