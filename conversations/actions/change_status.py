"""Open, pending, snoozed, resolved, closed."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.enums import FINISHED, Status
from conversations.errors import SnoozeInPast
from conversations.events import ConversationStatusChanged
from conversations.models import Conversation
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from teams.access import Viewer

_STATUS_FIELDS = (
    "status",
    "snoozed_until",
    "resolved_at",
    "waiting_since",
    "last_activity_at",
    "version",
    "updated_at",
)


@action
def change_status(
    *, viewer: Viewer, conversation_id: UUID | int | str, status: Status, snoozed_until: datetime | None = None
) -> Conversation:
    """The conversation has this status; nothing happens when it has it already.

    Locks the conversation. Raises: NotFound, PermissionDenied, SnoozeInPast.
    Publishes: ConversationStatusChanged.
    """
    conversation = get_conversation_for(viewer, conversation_id, need=Permission.REPLY, lock=True)
    if status == Status.SNOOZED and (snoozed_until is None or snoozed_until <= timezone.now()):
        raise SnoozeInPast
    set_status(conversation, status, actor=viewer.actor, snoozed_until=snoozed_until)
    return conversation


def reopen(conversation: Conversation, *, actor: Actor) -> None:
    """The locked conversation is open, since somebody wrote."""
    set_status(conversation, Status.OPEN, actor=actor)


def set_status(
    conversation: Conversation, status: Status, *, actor: Actor, snoozed_until: datetime | None = None
) -> None:
    """The locked conversation has this status, with the moments that belong to it; inside an action."""
    wakes_at = snoozed_until if status == Status.SNOOZED else None
    if conversation.status == status and conversation.snoozed_until == wakes_at:
        return
    before = conversation.status
    now = timezone.now()
    conversation.status = status
    conversation.snoozed_until = wakes_at
    conversation.resolved_at = (conversation.resolved_at or now) if status in FINISHED else None
    if status in FINISHED:
        conversation.waiting_since = None
    conversation.last_activity_at = max(conversation.last_activity_at, now)
    conversation.version += 1
    conversation.save(update_fields=_STATUS_FIELDS)
    publish(
        ConversationStatusChanged(
            actor=actor,
            conversation_id=conversation.id,
            status_before=before,
            status=status,
            snoozed_until=wakes_at.isoformat() if wakes_at else None,
        )
    )
