"""How a model sorted a message."""

import uuid7
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from ai.enums import Sentiment
from conversations.enums import Priority
from conversations.models import Category, Conversation, Message


class Classification(models.Model):
    """One reading of one message, what it cost, and what a person made of it.

    `confidence` maps a field to 0..1; `abstained` names the fields that the model left open.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="classifications")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.SET_NULL, null=True, related_name="+")
    priority = models.CharField(max_length=8, choices=Priority, blank=True)
    sentiment = models.CharField(max_length=8, choices=Sentiment, blank=True)
    urgency = models.FloatField(null=True)
    language = models.CharField(max_length=8, blank=True)
    confidence = models.JSONField(default=dict)
    abstained = ArrayField(models.CharField(max_length=20), default=list)
    reasoning = models.TextField(blank=True)
    provider = models.CharField(max_length=20)
    model = models.CharField(max_length=80)
    latency_ms = models.PositiveIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=10, decimal_places=6, default=0)
    corrected_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["conversation", "-created_at"], name="classification_newest")]

    def __str__(self) -> str:
        return f"{self.conversation_id} by {self.model}"
