"""What an agent has begun to write."""

import uuid7
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from conversations.enums import MessageKind
from conversations.models.conversation import Conversation
from teams.models import Agent, Team


class Draft(models.Model):
    """Unsent words of one agent; on the server, so that no reload loses them."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    body_html = models.TextField(blank=True)
    body_text = models.TextField(blank=True)
    to = ArrayField(models.CharField(max_length=320), default=list, blank=True)
    cc = ArrayField(models.CharField(max_length=320), default=list, blank=True)
    bcc = ArrayField(models.CharField(max_length=320), default=list, blank=True)
    attachment_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class FirstMessageDraft(Draft):
    """A conversation that an agent is about to begin; each has one. `mailbox_id` is the mail channel's."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="+")
    subject = models.TextField(blank=True)
    mailbox_id = models.UUIDField(null=True, blank=True)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return str(self.agent_id)


class MessageDraft(Draft):
    """A reply or note that is begun, one of each agent in each conversation.

    `seen_seq` is the newest event its author had seen when they began. With `to` it forwards `forwarded_message_id`.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="drafts")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=MessageKind, default=MessageKind.REPLY)
    forwarded_message_id = models.UUIDField(null=True, blank=True)
    seen_seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "conversation"], name="one_draft_each"),
            models.CheckConstraint(
                condition=Q(kind__in=[MessageKind.REPLY, MessageKind.NOTE]), name="draft_is_reply_or_note"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.conversation_id}"
