"""Which conversations an agent may see and change."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.permissions import Permission
from conversations.models import Conversation, Message
from hummdesk.errors import Conflict, NotFound
from teams.access import Viewer
from teams.models import Agent, TeamMember


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


_ON_SIGHT = (
    Permission.VIEW_CONVERSATIONS_ALL,
    Permission.VIEW_CONVERSATIONS_TEAM,
    Permission.VIEW_CONVERSATIONS_ASSIGNED,
)


def sight_of(viewer: Viewer) -> frozenset[Permission]:
    """Return those of the viewer's permissions that decide what they see, by which SQL is kept."""
    return frozenset(permission for permission in _ON_SIGHT if viewer.can(permission))


def seen_by(agent_id: UUID, sight: frozenset[Permission]) -> QuerySet[Conversation]:
    """Return the conversations that an agent with this sight may see, for SQL that is kept."""
    return visible_conversations(Viewer(Agent(user_id=agent_id), sight))


@dataclass(frozen=True)
class Place:
    """Where a conversation lies: what decides who may see it."""

    team_id: UUID | None
    assignee_id: UUID | None


@dataclass(frozen=True)
class Sight:
    """What one agent may see, known ahead, to decide about many conversations without a query."""

    agent_id: UUID
    name: str
    permissions: frozenset[Permission]
    team_ids: frozenset[UUID]
    is_away_by_itself: bool = False

    def covers(self, place: Place) -> bool:
        """Return whether a conversation in this place is among `visible_conversations` of the agent."""
        if Permission.VIEW_CONVERSATIONS_ALL in self.permissions:
            return True
        is_own = place.assignee_id == self.agent_id
        if Permission.VIEW_CONVERSATIONS_TEAM in self.permissions:
            return is_own or place.team_id is None or place.team_id in self.team_ids
        return is_own and Permission.VIEW_CONVERSATIONS_ASSIGNED in self.permissions


def get_conversation_for(
    viewer: Viewer, id: UUID | int | str, *, need: Permission | None = None, lock: bool = False
) -> Conversation:
    """Return the conversation with this id or display_id and its contact, locked if asked. One query.

    Raises: NotFound when it is missing or not the viewer's to see, PermissionDenied when it may be seen
    but `need` is not among the viewer's permissions.
    """
    rows = visible_conversations(viewer).filter(with_id(id)).select_related("contact")
    if lock:
        rows = rows.select_for_update(of=("self",))
    conversation = rows.first()
    if conversation is None:
        raise NotFound
    if need is not None:
        viewer.require(need)
    return conversation


def lock_conversations(*ids: UUID) -> Sequence[Conversation]:
    """Return these conversations, locked, in the order asked. One query.

    Rows are locked in the order of their ids, so that two actions that need the same ones wait for each other
    and no more. Raises: NotFound.
    """
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("contact").filter(id__in=ids)
    found = {row.id: row for row in rows.order_by("id")}
    if set(ids) - set(found):
        raise NotFound
    return [found[one] for one in ids]


def with_id(id: UUID | int | str) -> Q:
    """Return the condition that a conversation has this id or display_id. Raises: NotFound for what is neither."""
    text = str(id)
    if text.isascii() and text.isdigit() and len(text) < 10:
        return Q(display_id=int(text))
    try:
        return Q(id=UUID(text))
    except ValueError:
        raise NotFound from None


def with_any_id(ids: Iterable[str]) -> Q:
    """Return the condition that a conversation has one of these ids or display_ids; what is neither is passed over."""
    condition = Q(pk__in=[])
    for text in ids:
        with suppress(NotFound):
            condition |= with_id(text)
    return condition


def get_message_for(viewer: Viewer, id: UUID, *, need: Permission | None = None) -> Message:
    """Return a message with its author and conversation, which the viewer may see. One query.

    Raises: NotFound when it is missing or not the viewer's to see, PermissionDenied when it may be seen but `need`
    is not among the viewer's permissions.
    """
    conversations = visible_conversations(viewer).values("id")
    rows = Message.objects.filter(id=id, conversation_id__in=conversations)
    message = rows.select_related("conversation", "agent", "contact").first()
    if message is None:
        raise NotFound
    if need is not None:
        viewer.require(need)
    return message


def lock_message_for(viewer: Viewer, id: UUID, *, need: Permission) -> Message:
    """Return a message as `get_message_for` does, its conversation and itself locked, in this order.

    Raises: NotFound, PermissionDenied, Conflict when it went to another conversation in this moment.
    """
    get_message_for(viewer, id, need=need)
    message = lock_message(id)
    if message is None:
        raise Conflict
    return message


def lock_message(id: UUID) -> Message | None:
    """Return a message with its conversation, both locked, the conversation first as everywhere. Three queries.

    None when there is none, or when it went to another conversation in this moment.
    """
    conversation_id = Message.objects.filter(id=id).values_list("conversation_id", flat=True).first()
    if conversation_id is None:
        return None
    conversations = Conversation.objects.select_for_update(of=("self",)).select_related("contact")
    conversation = conversations.get(id=conversation_id)
    rows = Message.objects.select_for_update(of=("self",)).select_related("agent", "contact")
    message = rows.filter(id=id, conversation=conversation).first()
    if message is not None:
        message.conversation = conversation
    return message
