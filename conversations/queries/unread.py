"""What an agent has not read yet."""

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable

from conversations.enums import FINISHED
from conversations.models import ConversationRead
from teams.access import Viewer


def unread_by(viewer: Viewer) -> Combinable:
    """Return the condition that something in an unfinished conversation is newer than the viewer's mark."""
    marks = ConversationRead.objects.filter(
        agent_id=viewer.id, conversation=OuterRef("id"), read_until__gte=OuterRef("last_message_at")
    )
    return Q(last_message_at__isnull=False) & ~Q(status__in=FINISHED) & ~Exists(marks)
