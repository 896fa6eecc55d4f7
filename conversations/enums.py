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
    """How urgent a conversation is; `Conversation.priority_rank` orders them."""

    LOW = "low", _("Low")
    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")
    URGENT = "urgent", _("Urgent")


class Folder(models.TextChoices):
    """Where a conversation lies; lists and counts show the inbox unless another folder is asked for."""

    INBOX = "inbox", _("Inbox")
    SPAM = "spam", _("Spam")
    TRASH = "trash", _("Trash")


class Channel(models.TextChoices):
    """How a conversation came in, and how replies go out."""

    EMAIL = "email", _("E-mail")
    API = "api", _("API")
    CHAT = "chat", _("Chat")
    PHONE = "phone", _("Phone")


# Replies are fetched from us there, by the API or a webhook; on the others they leave as mail.
FETCHED_CHANNELS = (Channel.API, Channel.CHAT)


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
    UNKNOWN = "unknown", _("Unknown whether it left")


class SenderDoubt(models.TextChoices):
    """Why the author of an incoming message may not be whom it seems to be from."""

    UNVERIFIED = "unverified", _("Unverified sender")
    SPOOFED = "spoofed", _("Sender may be forged")


class IdentityKind(models.TextChoices):
    """What a contact can be known by."""

    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    EXTERNAL = "external", _("External id")


class SlaState(models.TextChoices):
    """How a conversation stands with what was promised; `queries.conversations` says where they part."""

    OK = "ok", _("In time")
    DUE_SOON = "due_soon", _("Due soon")
    BREACHED = "breached", _("Too late")


class Sharing(models.TextChoices):
    """Who may use a macro or a saved view."""

    OWN = "own", _("Only me")
    TEAM = "team", _("My team")
    ACCOUNT = "account", _("Everybody")


class NotificationKind(models.TextChoices):
    """What an agent is told of."""

    ASSIGNED = "assigned", _("A conversation was assigned to me")
    MENTIONED = "mentioned", _("I was mentioned")
    REPLY = "reply", _("A followed conversation has something new")
    SLA_WARNING = "sla_warning", _("A promised time is near")
    WEBHOOK_DISABLED = "webhook_disabled", _("A webhook was switched off")


class PresenceState(models.TextChoices):
    """What an agent does at a conversation."""

    VIEWING = "viewing", _("Viewing")
    TYPING = "typing", _("Typing")
    IDLE = "idle", _("Idle")


class WebhookState(models.TextChoices):
    """Where the delivery of one event to one webhook stands."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Sending")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")


class DisabledReason(models.TextChoices):
    """Why a webhook was switched off without anybody asking for it."""

    FAILING = "failing", _("It has failed for three days")
    GONE = "gone", _("The receiver answered that it is gone for good")
