"""The end of a snooze."""

from uuid import UUID

from django.utils import timezone

from conversations.actions.set_status import set_status
from conversations.enums import Status
from conversations.models import Conversation
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action


@action
def wake_conversation(*, conversation_id: UUID) -> bool:
    """The conversation is open if its time has come; return whether it was woken now.

    Locks the conversation, and passes over one that somebody else holds: the next tick finds it again, if need be.
    Publishes: ConversationStatusChanged with the cause `woken`.
    """
    due = Conversation.objects.filter(status=Status.SNOOZED, snoozed_until__lte=timezone.now())
    conversation = due.select_for_update(skip_locked=True).filter(id=conversation_id).first()
    if conversation is None:
        return False
    set_status(conversation, Status.OPEN, actor=Actor.system(), cause="woken")
    return True
