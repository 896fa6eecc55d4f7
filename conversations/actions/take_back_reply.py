"""An agent thinks better of what they have just sent."""

from uuid import UUID

from conversations.access import get_message_for
from conversations.actions.delete_message import delete_message
from conversations.actions.set_status import set_status
from conversations.enums import Status
from conversations.models import Conversation
from conversations.transitions import can_become
from hummdesk.events.publishing import action
from teams.access import Viewer


@action
def take_back_reply(*, viewer: Viewer, message_id: UUID, status: Status | None = None) -> Conversation:
    """The held reply is its author's draft again, and the conversation has the status that it had before.

    Locks the conversation, then the message. Raises: NotFound, PermissionDenied, LeftAlready, NotOursToChange.
    Publishes: MessageDeleted, ConversationStatusChanged.
    """
    delete_message(viewer=viewer, message_id=message_id)
    conversation = get_message_for(viewer, message_id).conversation
    if status is not None and can_become(conversation.status, status, cause="", actor_kind=viewer.actor.kind):
        set_status(conversation, status, actor=viewer.actor)
    return conversation
