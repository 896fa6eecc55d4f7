"""What agents keep for using it again: views of the list, and macros."""

import uuid7
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from conversations.enums import Sharing
from teams.models import Agent, Team


class SharedThing(models.Model):
    """A name, its maker, and who else may use it; `team` is set if and only if a team may."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    name = models.CharField(max_length=80)
    visibility = models.CharField(max_length=8, choices=Sharing, default=Sharing.OWN)
    owner = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        ordering = ["position", "name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(visibility=Sharing.TEAM, team__isnull=False)
                | (~Q(visibility=Sharing.TEAM) & Q(team=None)),
                name="%(class)s_of_a_team_has_one",
            )
        ]

    def __str__(self) -> str:
        return self.name


class SavedView(SharedThing):
    """A list that agents come back to. `filters` are the parameters of `GET /conversations`, as strings."""

    filters = models.JSONField(default=dict, blank=True)
    ordering = models.CharField(max_length=40, blank=True)
    columns = ArrayField(models.CharField(max_length=40), default=list, blank=True)


class Macro(SharedThing):
    """Actions in order, each `{"type": ..., ...}`; the shapes are in `conversations.macro_actions`."""

    actions = models.JSONField(default=list)
    usage_count = models.PositiveIntegerField(default=0)
