"""Choices of the public schema."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountStatus(models.TextChoices):
    """Whether an account's hosts answer."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")


class Role(models.TextChoices):
    """What a member is in an account; `super_admin` is a property of the user, on the platform."""

    ACCOUNT_ADMIN = "account_admin", _("Admin")
    TEAM_LEADER = "team_leader", _("Team leader")
    AGENT = "agent", _("Agent")


class Theme(models.TextChoices):
    """How a user wants the pages to look."""

    SYSTEM = "system", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class SubscriptionStatus(models.TextChoices):
    """Where an account stands with its payments."""

    TRIAL = "trial", _("Trial")
    ACTIVE = "active", _("Active")
    PAST_DUE = "past_due", _("Past due")
    ENDED = "ended", _("Ended")
