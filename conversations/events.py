"""What happens in conversations."""

from dataclasses import dataclass
from uuid import UUID

from hummdesk.events.event import Event


@dataclass(frozen=True, kw_only=True)
class ConversationOpened(Event):
    """There is a new conversation; its first message follows."""

    conversation_id: UUID
    contact_id: UUID
    channel: str


@dataclass(frozen=True, kw_only=True)
class MessageReceived(Event):
    """The customer has written."""

    conversation_id: UUID
    message_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReplySent(Event):
    """An agent has answered; the mail is on its way or waits to be."""

    conversation_id: UUID
    message_id: UUID


@dataclass(frozen=True, kw_only=True)
class NoteAdded(Event):
    """An agent has left a note for the team."""

    conversation_id: UUID
    message_id: UUID


@dataclass(frozen=True, kw_only=True)
class DeliveryChanged(Event):
    """Something new is known of a reply on its way."""

    conversation_id: UUID
    message_id: UUID
    state_before: str
    state: str


@dataclass(frozen=True, kw_only=True)
class ConversationStatusChanged(Event):
    """Open, pending, snoozed, resolved, closed: it is another one now."""

    conversation_id: UUID
    status_before: str
    status: str
    snoozed_until: str | None = None


@dataclass(frozen=True, kw_only=True)
class ConversationAssigned(Event):
    """Somebody else, or nobody, is responsible now."""

    conversation_id: UUID
    assignee_before: UUID | None
    assignee_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ConversationSeen(Event):
    """An agent has read up to a moment."""

    conversation_id: UUID
    agent_id: UUID
