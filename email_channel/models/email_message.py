"""The envelope and headers of a mail that belongs to a message."""

import hashlib

import uuid7
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone

from conversations.models import Conversation, Message
from email_channel.enums import Direction
from email_channel.models.mailbox import Mailbox
from hummdesk.compiled import OftenInserted
from hummdesk.tenancy.storage import raw_mail_path


def message_key(message_id: str) -> str:
    """Return what mail is found by: a hash of the Message-ID, since ids may be of any length."""
    return hashlib.sha256(message_id.strip().encode()).hexdigest()


def named_key(message_id: str) -> str:
    """Return what a mail that is named is found by: a shorter hash, since each mail names many."""
    return message_key(message_id)[:32]


class EmailMessage(OftenInserted):
    """One mail, in or out. Message-IDs are unique per mailbox, never globally (RFC 5322 section 3.6.4).

    `dedupe_key` is the hash of the Message-ID, or of the whole mail where there is none, or of both id and words where
    another mail has used the id (`email_channel.copies`).
    `landed_because` tells why an incoming mail is in its conversation: a code, see `email_channel.threading`;
    `landing` holds what that was read from: `{"header", "value", "sender", "mailbox"}`. Which conversation a mail
    names whose sender takes no part there, and whether they are unverified, is said by its message.
    `named_keys` are the `named_key`s of In-Reply-To and References, by which mails find each other whose common
    ancestor is missing or late. `authentication` is what our own receiver found: `{"server", "spf", "dkim", "dmarc"}`
    (RFC 8601), empty if unknown. Addresses are lists of `{"name", "address"}`. `reply_to` is the address that a mail
    of ours asks to be answered to, where that is another than the one it comes from. `survey_id` is the survey of
    `analytics` that a mail asks to answer, whose links stand in no row.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    direction = models.CharField(max_length=3, choices=Direction)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="emails")
    conversation_message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="email")
    message_id = models.TextField(blank=True)
    dedupe_key = models.CharField(max_length=64)
    in_reply_to = models.TextField(blank=True)
    references = ArrayField(models.TextField(), default=list, blank=True)
    subject = models.TextField(blank=True)
    from_name = models.TextField(blank=True)
    from_address = models.TextField(blank=True)
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    headers = models.JSONField(default=list)
    raw = models.FileField(upload_to=raw_mail_path, max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    reply_to = models.TextField(blank=True)
    survey_id = models.UUIDField(null=True, blank=True)
    is_automatic = models.BooleanField(default=False)
    is_bounce = models.BooleanField(default=False)
    landed_because = models.CharField(max_length=60, blank=True)
    landing = models.JSONField(default=dict, blank=True)
    named_keys = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    authentication = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mailbox", "direction", "dedupe_key"],
                name="each_mail_once_per_mailbox",
            )
        ]
        indexes = [
            models.Index(fields=["conversation", "created_at"], name="email_by_conversation"),
            GinIndex(fields=["named_keys"], name="email_by_named_keys"),
            GinIndex(
                OpClass(Upper("subject"), name="gin_trgm_ops"),
                condition=models.Q(direction=Direction.OUTGOING),
                name="sent_mail_by_part_of_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.id}"
