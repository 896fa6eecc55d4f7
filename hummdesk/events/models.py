"""The event log's one table."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from hummdesk.events.actor import ActorKind


class LoggedEvent(models.Model):
    """One event of the account, append-only. `seq` rises in the order of commits.

    `attend_at`: from when on somebody may attend to it (`hummdesk.subscriptions.ATTENDED`): a lease, which whoever
    does so puts forward. None where that is done, or nothing is to be done.
    """

    seq = models.BigAutoField(primary_key=True)
    type = models.CharField(max_length=60)
    object_id = models.UUIDField(null=True)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    dispatched_at = models.DateTimeField(null=True)
    attend_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["object_id", "seq"], name="event_by_object"),
            models.Index(
                fields=["seq"],
                name="event_undispatched",
                condition=Q(dispatched_at=None),
            ),
            models.Index(
                fields=["seq"],
                name="event_unattended",
                condition=Q(attend_at__isnull=False),
            ),
            models.Index(fields=["at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"
