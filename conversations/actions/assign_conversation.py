"""Who is responsible."""

from uuid import UUID

from conversations.actions.change_conversation import change_conversation
from conversations.models import Conversation
from teams.access import Viewer


def assign_conversation(
    *, viewer: Viewer, conversation_id: UUID | int | str, assignee_id: UUID | None
) -> Conversation:
    """The agent is responsible for the conversation, or nobody; the assignee sees it from now on.

    Raises and publishes what `change_conversation` does.
    """
    return change_conversation(viewer=viewer, conversation_id=conversation_id, changes={"assignee_id": assignee_id})
