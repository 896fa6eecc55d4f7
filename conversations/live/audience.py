"""Who is told of a nudge, and how much."""

from dataclasses import replace
from uuid import UUID

from conversations.access import Place, Sight
from hummdesk.live.nudges import Nudge

# These are of one agent, whom `data` names.
PERSONAL = frozenset({"conversation.read", "notification"})
# Everybody may know who takes work.
OPEN_TO_ALL = frozenset({"agent.updated"})


def told_of(sight: Sight, nudge: Nudge, place: Place | None) -> Nudge | None:
    """Return the nudge as this agent may hear it, None when it is not for them.

    `place` is where the conversation lies now, None when it is gone. One that was taken from the agent, or from
    their team, leaves a nudge without an id: the list has changed.
    """
    if nudge.type in PERSONAL:
        return nudge if nudge.data.get("agent_id") == str(sight.agent_id) else None
    if nudge.type in OPEN_TO_ALL:
        return nudge
    if place is None:
        return None
    if sight.covers(place):
        return nudge
    if sight.covers(_place_before(nudge, place)):
        return replace(nudge, conversation_id=None, data={})
    return None


def _place_before(nudge: Nudge, place: Place) -> Place:
    before = {name: UUID(value) if value else None for name, value in nudge.data.items() if name in _BEFORE}
    return Place(before.get("team_before", place.team_id), before.get("assignee_before", place.assignee_id))


_BEFORE = frozenset({"team_before", "assignee_before"})
