"""What teams and agents leave behind, in the transaction in which they go."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from conversations.enums import UNFINISHED
from conversations.errors import TeamHasWork
from conversations.events import ConversationAssigned, ConversationTeamChanged
from conversations.models import Category, Conversation, Macro, SavedView
from hummdesk.events.actor import Actor
from hummdesk.events.event import Event
from hummdesk.events.publishing import action, publish


@action
def release_agent_work(*, agent_id: UUID | str, actor: Actor, **_rest: object) -> None:
    """Nobody has the unfinished conversations of an agent who goes; they wait in their teams' queues.

    Locks them in the order of their ids. Publishes: ConversationAssigned for each.
    """
    before = UUID(str(agent_id))

    def assigned(conversation_id: UUID) -> Event:
        return ConversationAssigned(
            actor=actor, conversation_id=conversation_id, assignee_before=before, assignee_id=None
        )

    _change_all(Q(assignee_id=before), assigned, assignee=None)


@action
def move_team_work(*, team_id: UUID | str, move_to: UUID | str | None, actor: Actor, **_rest: object) -> None:
    """The unfinished conversations of a team that goes are the other team's, and so is what it shared and served.

    Locks them in the order of their ids. Raises: TeamHasWork if there are any and nobody is to have them.
    Publishes: ConversationTeamChanged for each.
    """
    before = UUID(str(team_id))
    after = UUID(str(move_to)) if move_to else None

    def moved(conversation_id: UUID) -> Event:
        return ConversationTeamChanged(actor=actor, conversation_id=conversation_id, team_before=before, team_id=after)

    if after is None:
        if count := Conversation.objects.filter(team_id=before, status__in=UNFINISHED).count():
            raise TeamHasWork(count)
        return
    _change_all(Q(team_id=before), moved, team_id=after)
    for model in (Category, SavedView, Macro):
        model._default_manager.filter(team_id=before).update(team_id=after)


def _change_all(condition: Q, event_of: Callable[[UUID], Event], **values: Any) -> None:
    rows = Conversation.objects.filter(condition, status__in=UNFINISHED).select_for_update(of=("self",))
    ids = list(rows.order_by("id").values_list("id", flat=True))
    changed = Conversation.objects.filter(id__in=ids)
    changed.update(**values, version=F("version") + 1, updated_at=timezone.now())
    for conversation_id in ids:
        publish(event_of(conversation_id))
