"""Who wants to hear of a conversation."""

from uuid import UUID

from conversations.access import get_conversation_for
from conversations.events import ConversationFollowed
from conversations.models import ConversationFollow
from hummdesk.events.publishing import action, publish
from teams.access import Viewer


@action
def follow_conversation(*, viewer: Viewer, conversation_id: UUID | int | str) -> None:
    """The viewer follows the conversation, and is told of what is new in it.

    Raises: NotFound. Publishes: ConversationFollowed if they did not before.
    """
    conversation = get_conversation_for(viewer, conversation_id)
    _row, is_new = ConversationFollow.objects.get_or_create(conversation=conversation, agent=viewer.agent)
    if is_new:
        _publish(viewer, conversation.id, is_following=True)


@action
def unfollow_conversation(*, viewer: Viewer, conversation_id: UUID | int | str) -> None:
    """The viewer does not follow the conversation.

    Raises: NotFound. Publishes: ConversationFollowed if they did.
    """
    conversation = get_conversation_for(viewer, conversation_id)
    count, _models = ConversationFollow.objects.filter(conversation=conversation, agent=viewer.agent).delete()
    if count:
        _publish(viewer, conversation.id, is_following=False)


def _publish(viewer: Viewer, conversation_id: UUID, *, is_following: bool) -> None:
    publish(
        ConversationFollowed(
            actor=viewer.actor, conversation_id=conversation_id, agent_id=viewer.id, is_following=is_following
        )
    )
