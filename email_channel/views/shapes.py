"""Mails as pages show them."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from email_channel.enums import BounceKind, SendState
from email_channel.models import EmailMessage, OutgoingDelivery

Shape = dict[str, Any]

_ICONS = {
    SendState.QUEUED: "clock",
    SendState.SENDING: "clock",
    SendState.SENT: "check",
    SendState.DELIVERED: "check-check",
    SendState.DELAYED: "clock",
    SendState.BOUNCED: "mail-x",
    SendState.COMPLAINED: "mail-warning",
    SendState.FAILED: "circle-alert",
    SendState.SUPPRESSED: "mail-x",
    SendState.UNKNOWN: "circle-alert",
}
NOT_REACHED = frozenset({SendState.FAILED, SendState.BOUNCED, SendState.SUPPRESSED, SendState.UNKNOWN})


def because(mail: EmailMessage) -> str:
    """Return why an incoming mail, whose message is loaded, is in its conversation; empty where it is not known."""
    if mail.conversation_message.names_conversation_id == mail.conversation_message.conversation_id:
        return _("Here because an agent joined it: its sender takes no part.")
    reasons = {
        "our_message_id": _("Here because it answers a mail of ours."),
        "known_message_id": _("Here because it names an earlier mail of this conversation."),
        "same_thread": _("Here because it names what another mail of these people names."),
        "reply_address": _("Here because it was sent to the address of this conversation."),
        "subject_token": _("Here because its subject has the number of this conversation."),
        "new": _("Began a conversation: it names no mail that is here."),
        "foreign_sender": _("Began a conversation: it names another one, but its sender may not write there."),
    }
    return reasons.get(mail.landed_because, "")


def recipients(mail: EmailMessage) -> list[Shape]:
    """Return how a mail fares with each of its recipients, by address."""
    return [
        {
            "address": delivery.recipient,
            "label": delivery_label(delivery),
            "icon": _ICONS[SendState(delivery.state)],
            "is_failed": delivery.state in NOT_REACHED,
            "error": delivery.error,
            "at": delivery.told_at or delivery.sent_at,
        }
        for delivery in mail.deliveries.all()
    ]


def delivery_label(delivery: OutgoingDelivery) -> str:
    """Return where a delivery stands; of a bounce whether another try can help."""
    if delivery.state == SendState.BOUNCED and delivery.bounce_kind:
        is_hard = delivery.bounce_kind == BounceKind.HARD
        return _("Bounced for good") if is_hard else _("Bounced, may work later")
    return str(delivery.get_state_display())


def address_lines(mail: EmailMessage) -> list[Shape]:
    """Return who wrote a mail to whom."""
    sender = [{"name": mail.from_name, "address": mail.from_address}]
    lines = [(_("From"), sender), (_("To"), mail.to), (_("Cc"), mail.cc)]
    return [{"label": label, "value": _addresses(entries)} for label, entries in lines if entries]


def _addresses(entries: Iterable[dict[str, str]]) -> str:
    return ", ".join(
        f"{entry['name']} <{entry['address']}>" if entry["name"] else entry["address"] for entry in entries
    )
