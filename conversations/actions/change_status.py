"""Open, pending, snoozed, resolved, closed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from conversations.actions.change_conversation import change_conversation
from conversations.enums import Status
from conversations.models import Conversation
from teams.access import Viewer


def change_status(
    *, viewer: Viewer, conversation_id: UUID | int | str, status: Status, snoozed_until: datetime | None = None
) -> Conversation:
    """The conversation has this status, and sleeps until the given time if that is snoozed.

    Raises and publishes what `change_conversation` does.
    """
    changes: dict[str, Any] = {"status": status}
    if snoozed_until is not None:
        changes["snoozed_until"] = snoozed_until
    return change_conversation(viewer=viewer, conversation_id=conversation_id, changes=changes)
