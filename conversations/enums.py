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
# What counts into an agent's load.
IN_HAND = (Status.OPEN, Status.PENDING)


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
    SLA_BREACH = "sla_breach", _("A promised time is over")
    RULE = "rule", _("A rule has something to tell me")
    LOW_RATING = "low_rating", _("A customer of my team gave a low rating")
    WEBHOOK_DISABLED = "webhook_disabled", _("A webhook was switched off")


# Without a word of the agent's these go by mail, where they are not read for some minutes.
MAILED_KINDS = frozenset({NotificationKind.ASSIGNED, NotificationKind.MENTIONED})


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


class ClockKind(models.TextChoices):
    """What is promised."""

    FIRST_RESPONSE = "first_response", _("First reply")
    NEXT_RESPONSE = "next_response", _("Next reply")
    RESOLUTION = "resolution", _("Resolution")


class Exclusion(models.TextChoices):
    """Why an agent could not be given a conversation."""

    OFFLINE = "offline", _("Not online")
    OUT_OF_OFFICE = "out_of_office", _("Out of office")
    FULL = "full", _("Has no room")
    LANGUAGE = "language", _("Does not speak the language")
    SKILL = "skill", _("Lacks a skill")
    GAVE_BACK = "gave_back", _("Gave it back")


class ChosenBy(models.TextChoices):
    """What decided who was given a conversation."""

    LEAST_LOADED = "least_loaded", _("Least loaded")
    ROUND_ROBIN = "round_robin", _("Round robin")
    STICKY = "sticky", _("Knows the customer")
    SUBSTITUTE = "substitute", _("Stands in for who knows the customer")
    NOBODY = "none", _("Nobody")


class RuleTrigger(models.TextChoices):
    """What a rule looks at: an event, or a state that lasts."""

    CONVERSATION_OPENED = "conversation_opened", _("A conversation begins")
    MESSAGE_RECEIVED = "message_received", _("The customer writes")
    REPLY_SENT = "reply_sent", _("A reply is sent")
    NOTE_ADDED = "note_added", _("A note is added")
    STATUS_CHANGED = "status_changed", _("The status changes")
    PRIORITY_CHANGED = "priority_changed", _("The priority changes")
    CATEGORY_CHANGED = "category_changed", _("The category changes")
    TEAM_CHANGED = "team_changed", _("The team changes")
    ASSIGNEE_CHANGED = "assignee_changed", _("The assignee changes")
    TAGS_CHANGED = "tags_changed", _("Tags change")
    FIELDS_CHANGED = "fields_changed", _("Fields change")
    SLA_WARNED = "sla_warned", _("A promised time is near")
    SLA_BREACHED = "sla_breached", _("A promised time is over")
    CUSTOMER_WAITS = "customer_waits", _("The customer waits for a reply")
    CUSTOMER_SILENT = "customer_silent", _("The customer has not answered")
    UNASSIGNED_FOR = "unassigned_for", _("Nobody takes it")
    RESOLVED_FOR = "resolved_for", _("It stays resolved")


TIMED_TRIGGERS = (
    RuleTrigger.CUSTOMER_WAITS,
    RuleTrigger.CUSTOMER_SILENT,
    RuleTrigger.UNASSIGNED_FOR,
    RuleTrigger.RESOLVED_FOR,
)


class RuleOutcome(models.TextChoices):
    """What came of a rule's look at a conversation."""

    APPLIED = "applied", _("Applied")
    NO_MATCH = "no_match", _("Did not match")
    NOTHING = "nothing", _("Had nothing to change")
    CUT = "cut", _("Stopped: it went in circles")
    FAILED = "failed", _("Failed")


class TimerState(models.TextChoices):
    """What became of a state that was to last."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Its time came")
    CANCELLED = "cancelled", _("Ended before")


class BacktestState(models.TextChoices):
    """Where the trial of a rule on the past stands."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Stopped")
