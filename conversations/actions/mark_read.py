"""What an agent has read."""

from datetime import datetime
from uuid import UUID

from django.db.models.functions import Greatest
from django.utils import timezone

from conversations.access import get_conversation_for, get_message_for
from conversations.events import ConversationSeen
from conversations.models import Conversation, ConversationRead, Message
from conversations.queries.unread import upsert_read_mark
from hummdesk.events.publishing import action, publish
from teams.access import Viewer
from teams.models import Agent


@action
def mark_read(*, viewer: Viewer, conversation_id: UUID | int | str, until: datetime | None = None) -> datetime | None:
    """The viewer has read the conversation up to `until` (now); a mark never moves back.

    Returns up to when they had read it before, None for never.
    Raises: NotFound. Publishes: ConversationSeen when something was unread.
    """
    return _mark(viewer, get_conversation_for(viewer, conversation_id), until or timezone.now())


@action
def mark_shown_read(*, viewer: Viewer, conversation: Conversation, until: datetime) -> None:
    """The viewer has just been shown the conversation, in which they had not read so far as `until`.

    Publishes: ConversationSeen.
    """
    set_read_until(conversation, viewer.agent, until)
    publish(ConversationSeen(actor=viewer.actor, conversation_id=conversation.id, agent_id=viewer.id))


@action
def mark_message_read(*, viewer: Viewer, message_id: UUID) -> None:
    """The viewer has read the message and what was said before it; a mark never moves back.

    Raises: NotFound. Publishes: ConversationSeen when something was unread.
    """
    message = get_message_for(viewer, message_id)
    _mark(viewer, message.conversation, message.created_at)


@action
def mark_unread(*, viewer: Viewer, conversation_id: UUID | int | str) -> None:
    """The viewer has everything in the conversation still to read.

    Raises: NotFound. Publishes: ConversationSeen when something was read.
    """
    conversation = get_conversation_for(viewer, conversation_id)
    count, _models = ConversationRead.objects.filter(conversation=conversation, agent=viewer.agent).delete()
    if count:
        publish(ConversationSeen(actor=viewer.actor, conversation_id=conversation.id, agent_id=viewer.id))


def _mark(viewer: Viewer, conversation: Conversation, until: datetime) -> datetime | None:
    marks = ConversationRead.objects.filter(conversation=conversation, agent=viewer.agent)
    before = marks.values_list("read_until", flat=True).first()
    newest = conversation.last_message_at
    if newest is not None and (before is None or before < min(newest, until)):
        set_read_until(conversation, viewer.agent, until)
        publish(ConversationSeen(actor=viewer.actor, conversation_id=conversation.id, agent_id=viewer.id))
    return before


def set_read_until(conversation: Conversation, agent: Agent, moment: datetime) -> None:
    """The agent's read mark is at the moment, or later if it was; inside an action."""
    upsert_read_mark(conversation_id=conversation.id, agent_id=agent.pk, moment=moment)


def follow_own_message(conversation: Conversation, message: Message) -> None:
    """The author of a message that leaves now has read it, if they had read what was there; inside an action.

    Called before the conversation notes the message.
    """
    newest = conversation.last_message_at or message.created_at
    marks = ConversationRead.objects.filter(conversation=conversation, agent_id=message.agent_id)
    marks.filter(read_until__gte=newest).update(read_until=Greatest("read_until", message.created_at))
