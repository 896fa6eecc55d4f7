"""Choices of mail."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailSource(models.TextChoices):
    """How a mail reached us."""

    SMTP = "smtp", _("SMTP")
    FILE = "file", _("File")
    API = "api", _("API")
    RESEND = "resend", _("Resend")


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


class IntakeQueue(models.TextChoices):
    """The lists of stored mails: those that need somebody's eye, and all."""

    ALL = "all", _("All")
    WAITING = "waiting", _("Waiting")
    FAILED = "failed", _("Failed")
    QUARANTINED = "quarantined", _("Not read")
    SUPPRESSED = "suppressed", _("Kept out")


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
    DELAYED = "delayed", _("Delayed")
    BOUNCED = "bounced", _("Bounced")
    COMPLAINED = "complained", _("Marked as spam")
    FAILED = "failed", _("Failed")
    SUPPRESSED = "suppressed", _("Not sent: address suppressed")
    UNKNOWN = "unknown", _("Unknown whether it left")


class RecordPurpose(models.TextChoices):
    """What a DNS record of a domain is for."""

    MX = "mx", _("Incoming mail")
    SPF = "spf", _("Sender (SPF)")
    DKIM = "dkim", _("Signature (DKIM)")
    DMARC = "dmarc", _("Policy (DMARC)")


class RecordState(models.TextChoices):
    """What the DNS says of a record."""

    RIGHT = "right", _("Right")
    WRONG = "wrong", _("Wrong")
    MISSING = "missing", _("Missing")
    UNREACHABLE = "unreachable", _("Not known")


class DeliveryFate(models.TextChoices):
    """The lists of outgoing mails."""

    ALL = "all", _("All")
    UNDER_WAY = "under_way", _("On the way")
    ARRIVED = "arrived", _("Arrived")
    NOT_ARRIVED = "not_arrived", _("Not arrived")


class BounceKind(models.TextChoices):
    """Whether the address itself is wrong, so that all mail to it comes back (hard), or anything else is (soft)."""

    HARD = "hard", _("Hard")
    SOFT = "soft", _("Soft")


class SuppressionReason(models.TextChoices):
    """Why nothing is sent to an address."""

    HARD_BOUNCE = "hard_bounce", _("It does not exist or refuses mail")
    COMPLAINT = "complaint", _("Its owner called our mail spam")
    BY_HAND = "by_hand", _("Added by hand")


class ProviderEventState(models.TextChoices):
    """Where an event of the provider stands."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    IGNORED = "ignored", _("Nothing to do")
    FAILED = "failed", _("Failed")


class ParticipantRole(models.TextChoices):
    """How an address came to take part in a conversation."""

    CUSTOMER = "customer", _("Customer")
    COPIED = "copied", _("In copy")
    WRITTEN_TO = "written_to", _("Written to")


class SenderStanding(models.TextChoices):
    """What the author of a mail is to the conversation that it names; only the first three may write in it."""

    CUSTOMER = "customer", _("the customer")
    PARTICIPANT = "participant", _("takes part in it")
    COLLEAGUE = "colleague", _("works for the customer’s company")
    STRANGER = "stranger", _("takes no part in it")
    OWN = "own", _("one of our own addresses")
    UNCLEAR = "unclear", _("not exactly one sender is named")
    SPOOFED = "spoofed", _("failed the checks of their domain")


class AutoReplyWhen(models.TextChoices):
    """When a mailbox answers a new conversation by itself."""

    NEVER = "never", _("Never")
    OUTSIDE_HOURS = "outside", _("Outside business hours")
    ALWAYS = "always", _("Always")


class Rating(models.IntegerChoices):
    """How a customer says that they were helped."""

    VERY_BAD = 1, _("Very bad")
    BAD = 2, _("Bad")
    OKAY = 3, _("Okay")
    GOOD = 4, _("Good")
    VERY_GOOD = 5, _("Very good")
