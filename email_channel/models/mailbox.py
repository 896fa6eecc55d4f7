"""An address of the account on which mail comes in and from which replies go out."""

import secrets

import uuid7
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from email_channel.enums import AutoReplyWhen
from email_channel.models.email_template import EmailTemplate
from teams.models import BusinessHours, Team


def new_secret() -> str:
    """Return a new signing secret: 32 random bytes, URL-safe."""
    return secrets.token_urlsafe(32)


class Mailbox(models.Model):
    """One address; its `secret` signs what other mail servers hand in.

    `hours` says when `auto_reply` is outside; None means the account's own. `signature` is text, one line a line.
    `reply_to_token`: its mail asks for answers to the conversation's own address (`email_channel.reply_address`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    address = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    signature = models.TextField(blank=True)
    secret = models.CharField(max_length=64, default=new_secret)
    hours = models.ForeignKey(BusinessHours, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    auto_reply = models.CharField(max_length=8, choices=AutoReplyWhen, default=AutoReplyWhen.NEVER)
    auto_reply_template = models.ForeignKey(
        EmailTemplate, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reply_to_token = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["address"]
        verbose_name_plural = "mailboxes"
        constraints = [models.CheckConstraint(condition=Q(address=Lower("address")), name="mailbox_is_lower_case")]

    def __str__(self) -> str:
        return self.address

    @property
    def domain(self) -> str:
        """What stands after the @."""
        return self.address.rpartition("@")[2]
