"""What is said in a conversation."""

import uuid7
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from conversations.enums import DeliveryState, MessageKind, SenderDoubt
from conversations.models.contact import Contact
from conversations.models.conversation import Conversation
from hummdesk.compiled import OftenInserted
from teams.models import Agent, Team


class Message(OftenInserted):
    """One message. Its author is a contact, an agent, or neither (system).

    `send_at`: a reply that is held until then and can be taken back; None once it is on its way.
    `is_scheduled`: its author chose that time, so that lists do not count it before; else it is the moment for undo.
    `is_automatic`: a machine wrote on the customer's side (RFC 3834), so that nobody waits for an answer.
    `cc` and `bcc` are addresses in lower case; `cc` of an incoming mail is who else got it. `to` is whom a message was
    forwarded to, in place of the customer, and `forwarded_message_id` which one that was.
    `sender_doubt`: its author is no participant, or fails the checks of their domain; agents see it so marked.
    `names_conversation`: it names one in which its author takes no part; `asks_to_join` while no agent has said
    whether it belongs there.
    `language` names the dictionary it is searched by, "" for none.

    `body_html` is sanitised and safe to show; `body_text` is the same without markup and without quotes.
    `quoted_html` is what was folded off: earlier mails and signatures. Nothing is thrown away.
    `page_height_px` is set where the mail has a `MailPage`, and is how high its frame is before it is measured.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=10, choices=MessageKind)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    body_html = models.TextField(blank=True)
    body_text = models.TextField(blank=True)
    quoted_html = models.TextField(blank=True)
    page_height_px = models.PositiveSmallIntegerField(null=True, blank=True)
    # Why a mail could not be read, a code of email_channel; the raw mail is attached. Empty for all others.
    unreadable_reason = models.CharField(max_length=40, blank=True)
    delivery_state = models.CharField(max_length=10, choices=DeliveryState, blank=True)
    delivery_error = models.CharField(max_length=300, blank=True)
    to = ArrayField(models.CharField(max_length=320), default=list, blank=True)
    cc = ArrayField(models.CharField(max_length=320), default=list, blank=True)
    bcc = ArrayField(models.CharField(max_length=320), default=list, blank=True)
    language = models.CharField(max_length=8, blank=True)
    send_at = models.DateTimeField(null=True, blank=True)
    forwarded_message_id = models.UUIDField(null=True, blank=True)
    is_automatic = models.BooleanField(default=False)
    sender_doubt = models.CharField(max_length=10, choices=SenderDoubt, blank=True)
    names_conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    asks_to_join = models.BooleanField(default=False)
    is_scheduled = models.BooleanField(default=False)
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
            models.CheckConstraint(
                condition=Q(kind=MessageKind.REPLY) | Q(send_at=None), name="only_replies_are_held"
            ),
            models.CheckConstraint(
                condition=Q(kind=MessageKind.REPLY) | Q(to=[], forwarded_message_id=None),
                name="only_replies_are_forwarded",
            ),
            models.CheckConstraint(
                condition=Q(kind=MessageKind.INCOMING) | Q(sender_doubt="", asks_to_join=False),
                name="only_incoming_is_doubted",
            ),
        ]
        indexes = [
            models.Index(
                fields=["conversation", "created_at", "id"],
                name="message_by_conversation",
            ),
            models.Index(fields=["created_at"], name="message_by_time"),
            models.Index(fields=["send_at"], condition=Q(send_at__isnull=False), name="message_to_send"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class MailPage(models.Model):
    """What `body_html` says with the look it came with, for mail that is nothing without it.

    Sanitised too, yet shown in a frame of its own only (docs/decisions/0014). Apart from the message, so that whoever
    reads messages does not carry it along.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="page")
    html = models.TextField()

    def __str__(self) -> str:
        return f"page of {self.message_id}"


class MessageVersion(models.Model):
    """What a message said before an edit or a deletion; never changed, never shown to customers."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="versions")
    body_html = models.TextField(blank=True)
    body_text = models.TextField(blank=True)
    replaced_by = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["replaced_at", "id"]

    def __str__(self) -> str:
        return f"{self.message_id} {self.replaced_at:%Y-%m-%d %H:%M}"


class MessageMention(models.Model):
    """An agent or a team that a message calls."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agent__isnull=False, team=None) | Q(agent=None, team__isnull=False),
                name="mention_is_agent_or_team",
            ),
            models.UniqueConstraint(fields=["message", "agent"], name="one_mention_per_agent"),
            models.UniqueConstraint(fields=["message", "team"], name="one_mention_per_team"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.agent_id or self.team_id}"
