"""An agent thinks better of what they have just sent."""

from uuid import UUID

from accounts.permissions import Permission
from conversations.access import lock_message_for
from conversations.actions.delete_message import delete_locked, keep_as_draft
from conversations.actions.edit_message import require_changeable
from conversations.actions.set_status import set_status
from conversations.enums import MessageKind, Status
from conversations.events import ConversationTakenBack
from conversations.models import Conversation, FirstMessageDraft, Message
from conversations.transitions import can_become
from hummdesk.events.publishing import action, publish
from teams.access import Viewer


@action
def take_back_reply(*, viewer: Viewer, message_id: UUID, status: Status | None = None) -> Conversation | None:
    """The held reply is its author's draft again, and the conversation has the status that it had before.

    Where it is all there is of the conversation, that is gone, too, and None is returned: the draft is one of a new
    conversation then. Locks the conversation, then the message.
    Raises: NotFound, PermissionDenied, LeftAlready, NotOursToChange.
    Publishes: MessageDeleted, ConversationStatusChanged, ConversationTakenBack.
    """
    message = lock_message_for(viewer, message_id, need=Permission.REPLY)
    conversation = message.conversation
    if message.agent_id == viewer.id and message.kind == MessageKind.REPLY and _is_alone(message):
        _take_back_all(viewer, message)
        return None
    delete_locked(viewer, message)
    conversation.refresh_from_db()
    if status is not None and can_become(conversation.status, status, cause="", actor_kind=viewer.actor.kind):
        set_status(conversation, status, actor=viewer.actor)
    return conversation


def _is_alone(message: Message) -> bool:
    """Whether the conversation began with this message and nobody has written since. One query."""
    return not Message.objects.filter(conversation=message.conversation).exclude(id=message.id).exists()


def _take_back_all(viewer: Viewer, message: Message) -> None:
    """What the message said is its author's draft of a new conversation, unless they have begun another one."""
    require_changeable(message)
    conversation = message.conversation
    more = {
        "subject": conversation.subject,
        "mailbox_id": conversation.mailbox_id,
        "team_id": conversation.team_id,
        "to": [conversation.contact.email],
    }
    keep_as_draft(message, FirstMessageDraft.objects, more, agent=viewer.agent)
    conversation_id, assignee_id = conversation.id, conversation.assignee_id
    conversation.delete()
    publish(ConversationTakenBack(actor=viewer.actor, conversation_id=conversation_id, assignee_id=assignee_id))
