"""Who is responsible."""

from uuid import UUID

from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.errors import UnknownAssignee
from conversations.events import ConversationAssigned
from conversations.models import Conversation
from hummdesk.events.publishing import action, publish
from teams.access import Viewer
from teams.models import Agent


@action
def assign_conversation(
    *, viewer: Viewer, conversation_id: UUID | int | str, assignee_id: UUID | None
) -> Conversation:
    """The agent is responsible for the conversation, or nobody; nothing happens when that is so already.

    Locks the conversation. Raises: NotFound, PermissionDenied, UnknownAssignee. Publishes: ConversationAssigned.
    """
    conversation = get_conversation_for(viewer, conversation_id, need=Permission.REPLY, lock=True)
    before = conversation.assignee_id
    if before == assignee_id:
        return conversation
    if assignee_id is not None and not Agent.objects.filter(pk=assignee_id, is_active=True).exists():
        raise UnknownAssignee
    conversation.assignee_id = assignee_id
    conversation.version += 1
    conversation.save(update_fields=["assignee", "version", "updated_at"])
    publish(
        ConversationAssigned(
            actor=viewer.actor, conversation_id=conversation.id, assignee_before=before, assignee_id=assignee_id
        )
    )
    return conversation
