"""Files that came with a message."""

import uuid7
from django.db import models
from django.db.models import Q
from django.utils import timezone

from conversations.models.message import Message
from hummdesk.tenancy.storage import attachment_path
from teams.models import Agent


class Attachment(models.Model):
    """A file of a message, or one uploaded and not yet named in any.

    `content_type` is what the content says; what the sender said is not believed.
    `thumbnail` is a small WebP, made by a worker, of what is an image.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    message = models.ForeignKey(
        Message,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="attachments",
    )
    uploaded_by = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    file = models.FileField(upload_to=attachment_path, max_length=200)
    thumbnail = models.FileField(upload_to=attachment_path, max_length=200, blank=True)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127, default="application/octet-stream")
    size_bytes = models.PositiveBigIntegerField()
    content_id = models.CharField(max_length=255, blank=True)
    is_inline = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(message=None), name="attachment_unused"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.size_bytes} B"
