"""A reply that was held leaves."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.access import lock_message, lock_message_for
from conversations.actions.edit_message import require_changeable
from conversations.actions.mark_read import follow_own_message
from conversations.actions.summarise import note_message
from conversations.enums import FETCHED_CHANNELS, DeliveryState, MessageKind
from conversations.errors import NotOursToChange
from conversations.events import ReplySent
from conversations.models import Conversation, Message
from conversations.queries.messages import event_of_reply
from conversations.search_index import redate_entry
from hummdesk.errors import Conflict
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from teams.access import Viewer


@action
def release_reply(*, message_id: UUID) -> bool:
    """The reply is on its way if its time has come; returns False if it has not, or was taken back, or left before.

    A scheduled one is counted from now on. Locks the conversation, then the message. Publishes: ReplySent.
    """
    message = lock_message(message_id)
    if message is None or message.deleted_at or message.send_at is None or message.send_at > timezone.now():
        return False
    _release(message)
    return True


@action
def send_now(*, viewer: Viewer, message_id: UUID) -> Message:
    """The held or scheduled reply is on its way, whatever its time was.

    Locks the conversation, then the message. Raises: NotFound, PermissionDenied for another author's without
    DELETE_MESSAGES, LeftAlready, NotOursToChange, Conflict for one that was taken back. Publishes: ReplySent.
    """
    message = lock_message_for(viewer, message_id, need=Permission.REPLY)
    require_changeable(message)
    if message.kind != MessageKind.REPLY:
        raise NotOursToChange
    if message.agent_id != viewer.id:
        viewer.require(Permission.DELETE_MESSAGES)
    if message.deleted_at is not None:
        raise Conflict(_("The message was deleted."))
    _release(message)
    return message


def _release(message: Message) -> None:
    now = timezone.now()
    message.send_at = None
    message.delivery_state = state_on_release(message.conversation)
    if message.is_scheduled:
        message.created_at = now
    message.save(update_fields=["send_at", "delivery_state", "created_at"])
    if message.is_scheduled:
        redate_entry(message.id)
        follow_own_message(message.conversation, message)
        note_message(message.conversation, message)
    send_off(message, draft_id=_draft_of(message))


def _draft_of(message: Message) -> UUID | None:
    event = event_of_reply(message)
    draft_id = event.data.get("draft_id") if event else None
    return UUID(draft_id) if draft_id else None


def state_on_release(conversation: Conversation) -> DeliveryState:
    """Return where a reply stands once it is released: there to be fetched, or waiting for the mail."""
    return DeliveryState.SENT if conversation.channel in FETCHED_CHANNELS else DeliveryState.QUEUED


def send_off(message: Message, *, draft_id: UUID | None = None) -> None:
    """The channel carries the reply; inside an action."""
    assert message.agent_id is not None  # noqa: S101  # a constraint of the table: replies have an agent
    publish(
        ReplySent(
            actor=Actor.agent(message.agent_id),
            conversation_id=message.conversation_id,
            message_id=message.id,
            draft_id=draft_id,
        )
    )
