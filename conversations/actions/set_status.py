"""The moments that belong to a status."""

from datetime import datetime

from django.utils import timezone

from conversations.enums import FINISHED, Status
from conversations.errors import TransitionRefused
from conversations.events import ConversationAssigned, ConversationStatusChanged
from conversations.models.conversation import Conversation
from conversations.queries.timeline import waiting_since
from conversations.transitions import can_become
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import publish

STATUS_FIELDS = ("status", "snoozed_until", "resolved_at", "waiting_since", "last_activity_at")


def set_status(
    conversation: Conversation,
    status: Status,
    *,
    actor: Actor,
    snoozed_until: datetime | None = None,
    cause: str = "",
) -> None:
    """The locked conversation has this status, with the moments that belong to it; inside an action.

    Raises: TransitionRefused. Publishes: ConversationStatusChanged when it was another one.
    """
    event = move_status(conversation, status, actor=actor, snoozed_until=snoozed_until, cause=cause)
    if event is None:
        return
    conversation.version += 1
    conversation.save(update_fields=[*STATUS_FIELDS, "version", "updated_at"])
    publish(event)


def reopen(conversation: Conversation, *, actor: Actor) -> None:
    """The locked conversation is open, since the customer wrote; nobody has it whose assignee left since it ended.

    Publishes: ConversationStatusChanged when it was not open, ConversationAssigned.
    """
    was_finished = conversation.is_finished
    set_status(conversation, Status.OPEN, actor=actor, cause="customer_wrote")
    gone = conversation.assignee if was_finished else None
    if gone is None or gone.is_active:
        return
    conversation.assignee = None
    conversation.save(update_fields=["assignee"])
    publish(
        ConversationAssigned(
            actor=Actor.system(), conversation_id=conversation.id, assignee_before=gone.pk, assignee_id=None
        )
    )


def move_status(
    conversation: Conversation,
    status: Status,
    *,
    actor: Actor,
    snoozed_until: datetime | None = None,
    cause: str = "",
) -> ConversationStatusChanged | None:
    """Give the conversation in memory this status; return what is then to be published, None when it had it already.

    Opened again by hand, it has its customer waiting for as long as they did.
    Raises: TransitionRefused for a change that the table of transitions does not have.
    """
    wakes_at = snoozed_until if status == Status.SNOOZED else None
    before = conversation.status
    if before == status and conversation.snoozed_until == wakes_at:
        return None
    if not can_become(before, status, cause=cause, actor_kind=actor.kind):
        raise TransitionRefused(before, status)
    now = timezone.now()
    conversation.status = status
    conversation.snoozed_until = wakes_at
    conversation.resolved_at = (conversation.resolved_at or now) if status in FINISHED else None
    if status in FINISHED:
        conversation.waiting_since = None
    elif before in FINISHED and not cause:
        conversation.waiting_since = waiting_since(conversation)
    conversation.last_activity_at = max(conversation.last_activity_at, now)
    return ConversationStatusChanged(
        actor=actor,
        conversation_id=conversation.id,
        status_before=before,
        status=status,
        snoozed_until=wakes_at.isoformat() if wakes_at else None,
        cause=cause,
    )
