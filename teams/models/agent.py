"""An agent is a user in this account."""

import uuid7
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from teams.enums import AgentStatus


class Agent(models.Model):
    """One member of the account, under the same id as the user.

    The user lies in the public schema: the reference has no database constraint, so that one account's
    schema can be made, moved and restored alone (docs/decisions/0004).
    """

    user = models.OneToOneField(
        User,
        primary_key=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    name = models.CharField(max_length=120)
    email = models.EmailField()
    is_active = models.BooleanField(default=True)
    status = models.CharField(max_length=8, choices=AgentStatus, default=AgentStatus.OFFLINE)
    max_capacity = models.PositiveSmallIntegerField(default=12)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    csat_score = models.DecimalField(max_digits=3, decimal_places=2, null=True, blank=True)
    # Away because nobody was there, not because they said so: their return ends it.
    is_away_by_itself = models.BooleanField(default=False)
    # Days out of the office, the last one included, by the account's time zone.
    out_from_on = models.DateField(null=True, blank=True)
    out_until_on = models.DateField(null=True, blank=True)
    # Since when the status is what it is: who was seen since, and then no more, has gone away.
    status_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)
    substitute = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(max_capacity__gte=1), name="agent_has_capacity"),
            models.CheckConstraint(
                condition=Q(out_from_on=None, out_until_on=None) | Q(out_until_on__gte=F("out_from_on")),
                name="out_of_office_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(substitute=None) | ~Q(substitute=F("pk")), name="substitute_is_another"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AgentLoad(models.Model):
    """How many conversations an agent has in hand; each agent has a row.

    Only `conversations.actions.recount_loads` writes it, under the lock of the event log and so one transaction after
    the other: a row of its own, since one that others lock, too, could wait for the log in a circle.
    `assigned_at` is when the agent was last given a conversation, None for never.
    """

    agent = models.OneToOneField(Agent, primary_key=True, on_delete=models.CASCADE, related_name="load")
    current_load = models.PositiveIntegerField(default=0)
    assigned_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.agent_id}: {self.current_load}"


class Skill(models.Model):
    """Something an agent can be good at."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    name = models.CharField(max_length=60, unique=True)

    def __str__(self) -> str:
        return self.name


class AgentSkill(models.Model):
    """How good an agent is at a skill: 1 (knows it) to 5 (teaches it)."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField(default=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "skill"], name="one_level_per_skill"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="skill_level_is_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.skill_id}: {self.level}"
