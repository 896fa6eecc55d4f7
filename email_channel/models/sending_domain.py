"""Domains of the account's mailboxes, and what the DNS says of them."""

import uuid7
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class SendingDomain(models.Model):
    """A domain that mail leaves from or arrives at.

    `records` is what the DNS must hold: `[{"purpose", "type", "host", "value", "priority"}]`, purpose one of
    `RecordPurpose`; empty until it was first checked. `checks` is what it held at `checked_at`, in the same order:
    `[{"state", "fault", "found"}]`, state one of `RecordState`, fault a code of `email_channel.domain_checks`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    name = models.CharField(max_length=253, unique=True)
    provider_id = models.CharField(max_length=100, blank=True)
    records = models.JSONField(default=list, blank=True)
    checks = models.JSONField(default=list, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=Q(name=Lower("name")), name="sending_domain_is_lower_case")]

    def __str__(self) -> str:
        return self.name
