"""The answer to a POST that came with an Idempotency-Key."""

import uuid7
from django.db import models
from django.utils import timezone


class StoredAnswer(models.Model):
    """What one user got for one key; the row is written in the transaction of what the call did.

    `fingerprint` is the SHA-256 of path, query and body. `user_id` names a row of the public schema.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    user_id = models.UUIDField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    content_type = models.CharField(max_length=127, blank=True)
    location = models.TextField(blank=True)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["created_at"], name="answer_by_time")]

    def __str__(self) -> str:
        return str(self.id)
