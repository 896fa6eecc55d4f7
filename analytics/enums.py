"""What is measured."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Metric(models.TextChoices):
    """Durations that conversations yield, in seconds."""

    FIRST_RESPONSE = "first_response", _("First response time")
    RESOLUTION = "resolution", _("Resolution time")
