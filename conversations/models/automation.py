"""Rules that act by themselves, what waits for its time, and what they did."""

import uuid7
from django.db import models
from django.db.models import Q
from django.utils import timezone

from conversations.enums import BacktestState, RuleOutcome, RuleTrigger, TimerState
from conversations.models.conversation import Conversation


class AutomationRule(models.Model):
    """When / if / then, in the order of `position`; the shapes are in `conversations.rules` (docs/rules.md).

    `delay_s` is how long a state must last, for triggers of time alone. `stops`: where this one acted, those after it
    don't look at the same event.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    name = models.CharField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    trigger = models.CharField(max_length=24, choices=RuleTrigger)
    delay_s = models.PositiveIntegerField(null=True, blank=True)
    conditions = models.JSONField(default=dict, blank=True)
    actions = models.JSONField(default=list)
    stops = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position", "created_at"]

    def __str__(self) -> str:
        return self.name


class RuleRun(models.Model):
    """One look of a rule at one event, or at a state that lasted; it is the claim, so that a second run does nothing.

    `details`: `{"conditions": [{"path", "wanted", "found", "holds"}], "actions": [{"type", "done", "why"}]}`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    rule = models.ForeignKey(AutomationRule, on_delete=models.CASCADE, related_name="runs")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    event_seq = models.BigIntegerField(null=True, blank=True)
    episode_key = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=12, choices=RuleOutcome)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "conversation", "event_seq", "episode_key"],
                nulls_distinct=False,
                name="one_run_per_event",
            ),
        ]
        indexes = [
            models.Index(fields=["rule", "-at"], name="run_by_rule"),
            models.Index(fields=["at"], name="run_by_time"),
            models.Index(fields=["conversation", "-at"], name="run_by_conversation"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.outcome}"


class RuleTimer(models.Model):
    """A state that must last until `due_at` for its rule to act.

    `episode_key` names the state and its begin (`waiting:2026-11-23T08:00:00Z`): when the time has come it is made
    anew, and the rule acts only if it is still the same, so that a reply cancels it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    rule = models.ForeignKey(AutomationRule, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    episode_key = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=TimerState, default=TimerState.WAITING)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "conversation", "episode_key"], name="one_timer_per_episode"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=TimerState.WAITING), name="timer_due"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} at {self.due_at:%Y-%m-%d %H:%M}"


class RuleBacktest(models.Model):
    """The newest trial of a rule on what has happened; `result` is `BacktestTally` as JSON, `version` the rule's."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    rule = models.OneToOneField(AutomationRule, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=BacktestState, default=BacktestState.QUEUED)
    version = models.PositiveIntegerField()
    asked_at = models.DateTimeField(default=timezone.now)
    result = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.rule_id} {self.state}"
