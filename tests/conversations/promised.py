"""Conversations with clocks, in a test whose time is moved."""

from datetime import UTC, datetime, timedelta
from typing import Any

from conversations.actions.change_conversation import change_conversation
from conversations.actions.receive_message import IncomingText, open_conversation
from conversations.actions.write_message import send_reply
from conversations.enums import Channel, ClockKind
from conversations.models import Conversation, SlaClock
from teams.access import Viewer
from teams.models import SlaPolicy
from tests.factories import make_contact

# A Monday; the policy of a new account counts 9 to 17 in London, which is UTC then.
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
FIRST, NEXT, RESOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION


def mail(text: str = "Is it back in stock?", **fields: Any) -> IncomingText:
    return IncomingText(body_html=f"<p>{text}</p>", body_text=text, **fields)


def opened(**fields: Any) -> Conversation:
    """A customer has written; return the conversation."""
    contact = fields.pop("contact", None) or make_contact()
    return open_conversation(contact=contact, subject="Drill", text=mail(), channel=Channel.API, **fields).conversation


def answered(viewer: Viewer, conversation: Conversation, **fields: Any) -> Any:
    return send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Yes.", **fields)


def changed(viewer: Viewer, conversation: Conversation, **changes: Any) -> None:
    change_conversation(viewer=viewer, conversation_id=conversation.id, changes=changes)


def clocks(conversation: Conversation) -> list[SlaClock]:
    return list(SlaClock.objects.filter(conversation=conversation).order_by("started_at", "kind"))


def the(kind: ClockKind, conversation: Conversation) -> SlaClock:
    return SlaClock.objects.get(conversation=conversation, kind=kind)


def at(hours: float) -> datetime:
    """A moment, in hours after Monday's midnight."""
    return MONDAY + timedelta(hours=hours)


def make_policy(name: str, **fields: Any) -> SlaPolicy:
    """Make a policy that promises a first reply within an hour, unless told otherwise."""
    return SlaPolicy.objects.create(name=name, **{"first_response_s": 3600, **fields})
