"""One measured duration, frozen with the team and agent of that moment."""

import uuid7
from django.db import models

from analytics.enums import Metric


class MetricEvent(models.Model):
    """A duration that a conversation yielded; append-only, the source of all reports.

    `event_seq` is the event in the log that closed the interval, so that a task that runs twice counts once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    metric = models.CharField(max_length=20, choices=Metric)
    event_seq = models.PositiveBigIntegerField()
    conversation_id = models.UUIDField()
    agent_id = models.UUIDField(null=True)
    team_id = models.UUIDField(null=True)
    duration_s = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["metric", "event_seq"], name="one_measure_per_event")]
        indexes = [models.Index(fields=["metric", "at"], name="metric_by_time")]

    def __str__(self) -> str:
        return f"{self.metric} {self.duration_s} s"
