"""Choices of conversations and messages."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where a conversation stands."""

    OPEN = "open", _("Open")
    PENDING = "pending", _("Pending")
    SNOOZED = "snoozed", _("Snoozed")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


UNFINISHED = (Status.OPEN, Status.PENDING, Status.SNOOZED)
FINISHED = (Status.RESOLVED, Status.CLOSED)


class Priority(models.TextChoices):
    """How urgent a conversation is; `rank` orders them."""

    LOW = "low", _("Low")
    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")
    URGENT = "urgent", _("Urgent")


class Channel(models.TextChoices):
    """How a conversation came in, and how replies go out."""

    EMAIL = "email", _("E-mail")
    API = "api", _("API")
    CHAT = "chat", _("Chat")
    PHONE = "phone", _("Phone")


class MessageKind(models.TextChoices):
    """What a message is."""

    INCOMING = "incoming", _("From the customer")
    REPLY = "reply", _("Reply")
    NOTE = "note", _("Note")
    SYSTEM = "system", _("System")


class DeliveryState(models.TextChoices):
    """What is known of a reply on its way to the customer."""

    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    BOUNCED = "bounced", _("Bounced")
    FAILED = "failed", _("Failed")


class IdentityKind(models.TextChoices):
    """What a contact can be known by."""

    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    EXTERNAL = "external", _("External id")
