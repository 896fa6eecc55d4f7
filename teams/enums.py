"""Choices of teams, agents and service levels."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AgentStatus(models.TextChoices):
    """Whether an agent takes work now."""

    ONLINE = "online", _("Online")
    AWAY = "away", _("Away")
    BUSY = "busy", _("Busy")
    OFFLINE = "offline", _("Offline")


class TeamRole(models.TextChoices):
    """What an agent is in a team."""

    AGENT = "agent", _("Agent")
    LEADER = "leader", _("Leader")


class RoutingStrategy(models.TextChoices):
    """How a team's next conversation finds its agent."""

    LEAST_LOADED = "least_loaded", _("Least loaded")
    ROUND_ROBIN = "round_robin", _("Round robin")
    MANUAL = "manual", _("By hand")
