"""What an agent has read."""

from datetime import datetime
from uuid import UUID

from django.db.models.functions import Greatest
from django.utils import timezone

from conversations.access import get_conversation_for
from conversations.events import ConversationSeen
from conversations.models import Conversation, ConversationRead
from hummdesk.events.publishing import action, publish
from teams.access import Viewer
from teams.models import Agent


@action
def mark_read(*, viewer: Viewer, conversation_id: UUID | int | str, until: datetime | None = None) -> None:
    """The viewer has read the conversation up to `until` (now); a mark never moves back.

    Raises: NotFound. Publishes: ConversationSeen when something was unread.
    """
    conversation = get_conversation_for(viewer, conversation_id)
    mark = ConversationRead.objects.filter(conversation=conversation, agent=viewer.agent).first()
    newest = conversation.last_message_at
    if newest is None or (mark is not None and mark.read_until >= newest):
        return
    set_read_until(conversation, viewer.agent, until or timezone.now())
    publish(ConversationSeen(actor=viewer.actor, conversation_id=conversation.id, agent_id=viewer.id))


def set_read_until(conversation: Conversation, agent: Agent, moment: datetime) -> None:
    """The agent's read mark is at the moment, or later if it was; inside an action."""
    mark, is_new = ConversationRead.objects.get_or_create(
        conversation=conversation, agent=agent, defaults={"read_until": moment}
    )
    if not is_new:
        ConversationRead.objects.filter(id=mark.id).update(read_until=Greatest("read_until", moment))
