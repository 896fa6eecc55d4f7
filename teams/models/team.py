"""A team and who is in it."""

import uuid7
from django.db import models

from teams.enums import RoutingStrategy, TeamRole
from teams.models.agent import Agent
from teams.models.business_hours import BusinessHours
from teams.models.sla_policy import SlaPolicy


class Team(models.Model):
    """Agents who share a queue."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    routing = models.CharField(max_length=12, choices=RoutingStrategy, default=RoutingStrategy.MANUAL)
    hours = models.ForeignKey(BusinessHours, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sla_policy = models.ForeignKey(SlaPolicy, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Whoever knows the customer gets their next conversation, if they have room.
    is_sticky = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """An agent in a team."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="teams")
    role = models.CharField(max_length=8, choices=TeamRole, default=TeamRole.AGENT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "agent"], name="one_place_per_team")]

    def __str__(self) -> str:
        return f"{self.agent_id} in {self.team_id}"
