"""Which conversations an agent may see and change."""

from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.permissions import Permission
from conversations.models import Conversation
from hummdesk.errors import NotFound
from teams.access import Viewer
from teams.models import TeamMember


def visible_conversations(viewer: Viewer) -> QuerySet[Conversation]:
    """Return the conversations that the viewer may see, as one condition inside the query.

    With the team permission: those of the viewer's teams, those that are the viewer's own, and those that
    no team has yet, since somebody must take them.
    """
    conversations = Conversation.objects.all()
    if viewer.can(Permission.VIEW_CONVERSATIONS_ALL):
        return conversations
    own = Q(assignee_id=viewer.id)
    if viewer.can(Permission.VIEW_CONVERSATIONS_TEAM):
        teams = TeamMember.objects.filter(agent_id=viewer.id).values("team_id")
        return conversations.filter(own | Q(team_id__in=teams) | Q(team=None))
    if viewer.can(Permission.VIEW_CONVERSATIONS_ASSIGNED):
        return conversations.filter(own)
    return conversations.none()


def get_conversation_for(
    viewer: Viewer, id: UUID | int | str, *, need: Permission | None = None, lock: bool = False
) -> Conversation:
    """Return the conversation with this id or display_id, locked if asked.

    Raises: NotFound when it is missing or not the viewer's to see, PermissionDenied when it may be seen
    but `need` is not among the viewer's permissions.
    """
    rows = visible_conversations(viewer).filter(with_id(id))
    if lock:
        rows = rows.select_for_update(of=("self",))
    conversation = rows.first()
    if conversation is None:
        raise NotFound
    if need is not None:
        viewer.require(need)
    return conversation


def with_id(id: UUID | int | str) -> Q:
    """Return the condition that a conversation has this id or display_id. Raises: NotFound for what is neither."""
    text = str(id)
    if text.isascii() and text.isdigit() and len(text) < 10:
        return Q(display_id=int(text))
    try:
        return Q(id=UUID(text))
    except ValueError:
        raise NotFound from None
