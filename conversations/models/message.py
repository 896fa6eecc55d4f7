"""What is said in a conversation."""

import uuid7
from django.db import models
from django.db.models import Q
from django.utils import timezone

from conversations.enums import DeliveryState, MessageKind
from conversations.models.contact import Contact
from conversations.models.conversation import Conversation
from teams.models import Agent


class Message(models.Model):
    """One message. Its author is a contact, an agent, or neither (system).

    `body_html` is sanitised and safe to show; `body_text` is the same without markup and without quotes.
    `quoted_html` is what was folded off: earlier mails and signatures. Nothing is thrown away.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=10, choices=MessageKind)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    body_html = models.TextField(blank=True)
    body_text = models.TextField(blank=True)
    quoted_html = models.TextField(blank=True)
    # Why a mail could not be read, a code of email_channel; the raw mail is attached. Empty for all others.
    unreadable_reason = models.CharField(max_length=40, blank=True)
    delivery_state = models.CharField(max_length=10, choices=DeliveryState, blank=True)
    delivery_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=MessageKind.INCOMING, contact__isnull=False, agent=None)
                | Q(
                    kind__in=[MessageKind.REPLY, MessageKind.NOTE],
                    agent__isnull=False,
                    contact=None,
                )
                | Q(kind=MessageKind.SYSTEM, contact=None, agent=None),
                name="message_has_its_author",
            ),
            models.CheckConstraint(
                condition=Q(kind=MessageKind.REPLY) | Q(delivery_state=""),
                name="only_replies_are_delivered",
            ),
        ]
        indexes = [
            models.Index(
                fields=["conversation", "created_at", "id"],
                name="message_by_conversation",
            ),
            models.Index(fields=["created_at"], name="message_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
