"""Who takes part in a conversation by mail."""

import uuid7
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from conversations.models import Conversation
from email_channel.enums import ParticipantRole


class Participant(models.Model):
    """An address whose mail may join the conversation, with the name its owner goes by.

    Only what is trusted makes one: the customer who opened it, whom an agent wrote to, and whom a participant put in
    copy in a mail that passed the sender check. The copies of anybody else are data on the mail.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    address = models.CharField(max_length=320)
    name = models.TextField(blank=True)
    role = models.CharField(max_length=10, choices=ParticipantRole)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "address"], name="each_participant_once"),
            models.CheckConstraint(condition=Q(address=Lower("address")), name="participant_is_lower_case"),
        ]
        indexes = [models.Index(fields=["address"], name="participant_by_address")]

    def __str__(self) -> str:
        return f"{self.role} {self.id}"
