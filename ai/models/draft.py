"""An answer that a model proposes."""

import uuid7
from django.db import models
from django.utils import timezone

from ai.enums import DraftStatus
from conversations.models import Conversation, Message


class AiDraft(models.Model):
    """One proposed reply; `citations` are `{article_id, title, chunk_id, quote, score}`."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="ai_drafts")
    body_html = models.TextField()
    body_text = models.TextField()
    confidence = models.FloatField()
    reasoning = models.TextField(blank=True)
    citations = models.JSONField(default=list)
    provider = models.CharField(max_length=20)
    model = models.CharField(max_length=80)
    input_token_count = models.PositiveIntegerField(default=0)
    output_token_count = models.PositiveIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=10, decimal_places=6, default=0)
    status = models.CharField(max_length=10, choices=DraftStatus, default=DraftStatus.PENDING)
    sent_message = models.OneToOneField(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["conversation", "-created_at"], name="draft_newest")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.status}"
