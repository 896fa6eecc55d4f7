"""What agents are told, and what they want to be told."""

import uuid7
from django.db import models
from django.db.models import Q
from django.utils import timezone

from conversations.enums import NotificationKind
from conversations.models.conversation import Conversation
from conversations.models.message import Message
from teams.models import Agent


class Notification(models.Model):
    """One thing for one agent; `event_seq` is what it comes from, so that a second run adds none.

    `text` is what a rule was to say, in the words that it had then; "" for what explains itself.
    `mail_due_at` is when it goes by mail if nobody has read it, None if it does not; `mailed_at` is when it went.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=16, choices=NotificationKind)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    actor_kind = models.CharField(max_length=10, blank=True)
    actor_id = models.UUIDField(null=True, blank=True)
    event_seq = models.BigIntegerField()
    text = models.TextField(blank=True, default="", db_default="")
    read_at = models.DateTimeField(null=True, blank=True)
    mail_due_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "event_seq"], name="one_notification_per_event"),
        ]
        indexes = [
            models.Index(fields=["agent", "-id"], name="notification_by_agent"),
            models.Index(fields=["agent"], condition=Q(read_at=None), name="notification_unread"),
            models.Index(fields=["mail_due_at"], condition=Q(mail_due_at__isnull=False), name="notification_to_mail"),
            models.Index(
                fields=["agent", "mailed_at"], condition=Q(mailed_at__isnull=False), name="notification_mailed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.kind}"


class NotificationSetting(models.Model):
    """Whether an agent wants one kind, and by mail as well; without a row they do as `enums.MAILED_KINDS` says."""

    id = models.BigAutoField(primary_key=True)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="notification_settings")
    kind = models.CharField(max_length=16, choices=NotificationKind)
    is_on = models.BooleanField(default=True)
    by_mail = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "kind"], name="one_setting_per_kind")]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.kind} {self.is_on}"
