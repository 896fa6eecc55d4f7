"""Whether a message belongs to the conversation that it names, though its author takes no part there."""

from uuid import UUID

from accounts.permissions import Permission
from conversations.access import get_conversation_for, get_message_for, lock_message_for
from conversations.actions.merge_conversations import merge_conversations
from conversations.events import JoinQuestionChanged
from conversations.models import Conversation
from conversations.queries.merging import end_of_merges
from hummdesk.errors import NotFound
from hummdesk.events.publishing import action, publish
from teams.access import Viewer


@action
def join_named(*, viewer: Viewer, message_id: UUID) -> Conversation:
    """The message's conversation is merged into the one that it names, which is returned; `undo_move` parts them.

    Its author stays unverified there. Raises: NotFound, also for a message that names none, and what
    `merge_conversations` raises. Publishes: what that publishes.
    """
    message = get_message_for(viewer, message_id, need=Permission.REPLY)
    if message.names_conversation_id is None:
        raise NotFound
    target = get_conversation_for(viewer, end_of_merges(message.names_conversation_id).id)
    return merge_conversations(viewer=viewer, conversation_id=message.conversation_id, into=target.id)


@action
def keep_apart(*, viewer: Viewer, message_id: UUID, ask_again: bool = False) -> Conversation:
    """Nobody is asked any more whether the message belongs elsewhere, or again; its conversation is returned.

    Locks the conversation and the message. Raises: NotFound, PermissionDenied, Conflict.
    Publishes: JoinQuestionChanged when it was otherwise.
    """
    message = lock_message_for(viewer, message_id, need=Permission.REPLY)
    if message.names_conversation_id is None:
        raise NotFound
    if message.asks_to_join != ask_again:
        message.asks_to_join = ask_again
        message.save(update_fields=["asks_to_join"])
        publish(
            JoinQuestionChanged(
                actor=viewer.actor,
                conversation_id=message.conversation_id,
                message_id=message.id,
                is_open=ask_again,
            )
        )
    return message.conversation
