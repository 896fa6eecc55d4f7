"""An agent writes: a reply to the customer, or a note for the team."""

from uuid import UUID

from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.actions.mark_read import set_read_until
from conversations.actions.set_status import set_status
from conversations.actions.summarise import note_message
from conversations.enums import DeliveryState, MessageKind, Status
from conversations.errors import EmptyMessage, NoReplyChannel
from conversations.events import NoteAdded, ReplySent
from conversations.models import Conversation, Message
from hummdesk.events.publishing import action, publish
from hummdesk.markup import text_to_html
from teams.access import Viewer


@action
def send_reply(
    *, viewer: Viewer, conversation_id: UUID | int | str, body_text: str, status: Status | None = None
) -> Message:
    """The reply is in the conversation and queued for the customer; with `status` that is set as well.

    Locks the conversation.
    Raises: NotFound, PermissionDenied, EmptyMessage, NoReplyChannel. Publishes: ReplySent, ConversationStatusChanged.
    """
    conversation = get_conversation_for(viewer, conversation_id, need=Permission.REPLY, lock=True)
    if conversation.mailbox_id is None or not conversation.contact.email:
        raise NoReplyChannel
    message = _write(viewer, conversation, MessageKind.REPLY, body_text)
    publish(ReplySent(actor=viewer.actor, conversation_id=conversation.id, message_id=message.id))
    if status is not None:
        set_status(conversation, status, actor=viewer.actor)
    return message


@action
def add_note(*, viewer: Viewer, conversation_id: UUID | int | str, body_text: str) -> Message:
    """The note is in the conversation, for agents only.

    Locks the conversation. Raises: NotFound, PermissionDenied, EmptyMessage. Publishes: NoteAdded.
    """
    conversation = get_conversation_for(viewer, conversation_id, need=Permission.REPLY, lock=True)
    message = _write(viewer, conversation, MessageKind.NOTE, body_text)
    publish(NoteAdded(actor=viewer.actor, conversation_id=conversation.id, message_id=message.id))
    return message


def _write(viewer: Viewer, conversation: Conversation, kind: MessageKind, body_text: str) -> Message:
    text = body_text.replace("\x00", "").strip()
    if not text:
        raise EmptyMessage
    message = Message.objects.create(
        conversation=conversation,
        kind=kind,
        agent=viewer.agent,
        body_text=text,
        body_html=text_to_html(text),
        delivery_state=DeliveryState.QUEUED if kind == MessageKind.REPLY else "",
    )
    note_message(conversation, message)
    set_read_until(conversation, viewer.agent, message.created_at)
    return message
