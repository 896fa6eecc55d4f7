"""What was promised for a conversation, and how the time for it runs."""

import uuid7
from django.db import models
from django.db.models import Q

from conversations.enums import ClockKind, Priority
from conversations.models.contact import Company
from conversations.models.conversation import Conversation
from teams.models import BusinessHours, SlaPolicy, Team


class SlaScope(models.Model):
    """Which conversations a policy is for: all that is given matches, and the narrowest scope wins (docs/sla.md)."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    policy = models.ForeignKey(SlaPolicy, on_delete=models.CASCADE, related_name="sla_scopes")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    priority = models.CharField(max_length=8, choices=Priority, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "team", "priority"], nulls_distinct=False, name="one_policy_per_scope"
            ),
            models.CheckConstraint(
                condition=Q(company__isnull=False) | Q(team__isnull=False) | ~Q(priority=""), name="scope_is_narrower"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id}: {self.company_id} {self.team_id} {self.priority}"


class SlaClock(models.Model):
    """One promise to one customer; a next response has a clock for each time that the customer waits.

    Times run as `hours` count them (None: by the wall clock), `target_s` and `warn_s` as they were promised.
    `consumed_s` is what had run when it last began to run, at `paused_since`, or at `stopped_at`. `segments` are
    `[from, until or null, "running" | "paused"]` in order, ISO times, for the timeline bar.
    `carried_at`: since when the present terms count; `carried_s` of the target had run then, None and 0 for a clock
    whose terms never changed.
    `due_at` is None while it is paused; of a stopped one it is when it would have been due. `breached_at` is when the
    time ran out. `next_look_at` is the next moment at which something is to be done about it: the warning, then the
    breach; None while it stands still.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="sla_clocks")
    kind = models.CharField(max_length=16, choices=ClockKind)
    policy = models.ForeignKey(SlaPolicy, on_delete=models.SET_NULL, null=True, related_name="+")
    hours = models.ForeignKey(BusinessHours, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    target_s = models.PositiveIntegerField()
    warn_s = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    paused_since = models.DateTimeField(null=True, blank=True)
    consumed_s = models.PositiveIntegerField(default=0)
    segments = models.JSONField(default=list, blank=True)
    carried_at = models.DateTimeField(null=True, blank=True)
    carried_s = models.PositiveIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "kind", "started_at"], name="one_clock_per_start"),
            models.CheckConstraint(
                condition=Q(next_look_at=None) | Q(stopped_at=None, paused_since=None), name="only_running_clocks_ring"
            ),
        ]
        indexes = [
            models.Index(fields=["next_look_at"], condition=Q(next_look_at__isnull=False), name="clock_to_look_at"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.kind}"
