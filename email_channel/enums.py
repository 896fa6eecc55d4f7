"""Choices of mail."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailSource(models.TextChoices):
    """How a mail reached us."""

    SMTP = "smtp", _("SMTP")
    FILE = "file", _("File")
    API = "api", _("API")


class IntakeState(models.TextChoices):
    """Where a stored mail stands: `received` until it is in a conversation or set aside."""

    RECEIVED = "received", _("Received")
    DONE = "done", _("Done")


class Outcome(models.TextChoices):
    """What became of an incoming mail (API.md, `POST /email/inbound/raw`)."""

    CREATED = "created", _("Opened a conversation")
    APPENDED = "appended", _("Joined a conversation")
    DUPLICATE = "duplicate", _("Was here already")
    SUPPRESSED = "suppressed", _("Kept out of conversations")
    QUARANTINED = "quarantined", _("Could not be read")


class Direction(models.TextChoices):
    """Which way a mail went."""

    INCOMING = "in", _("In")
    OUTGOING = "out", _("Out")


class SendState(models.TextChoices):
    """Where one outgoing mail to one recipient stands."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    BOUNCED = "bounced", _("Bounced")
    FAILED = "failed", _("Failed")
