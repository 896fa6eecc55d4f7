"""What live updates read: the log behind nudges, where conversations lie, and what agents may see of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import permissions_of
from conversations.access import Place, Sight, get_conversation_for
from conversations.models import Conversation
from hummdesk.events.dispatcher import nudge_of
from hummdesk.events.queries import events_since, log_after
from hummdesk.live.nudges import Nudge
from hummdesk.subscriptions import RIGHTS_CHANGE
from teams.access import viewer_of
from teams.models import Agent, TeamMember

RESUME_WINDOW = timedelta(minutes=10)
RESUME_MOST = 500

Places = Mapping[str, Place]


@dataclass(frozen=True)
class LogPart:
    """Some nudges in order, where their conversations lie now, and whether rights changed meanwhile."""

    nudges: Sequence[Nudge]
    places: Places
    last_seq: int
    is_whole: bool
    changes_rights: bool


def log_part(after: int, limit: int) -> LogPart:
    """Return the nudges of at most `limit` events after a `seq`; `is_whole` when there are no more. Two queries."""
    rows = log_after(after, limit)
    nudges = [nudge for row in rows if (nudge := nudge_of(row))]
    return LogPart(
        nudges=nudges,
        places=places_of(nudge.conversation_id for nudge in nudges),
        last_seq=rows[-1].seq if rows else after,
        is_whole=len(rows) < limit,
        changes_rights=any(row.type in RIGHTS_CHANGE for row in rows),
    )


def missed_nudges(since: int) -> tuple[Sequence[Nudge], Places] | None:
    """Return the nudges after `since`, or None when it is too long ago or too much. Two queries."""
    rows = events_since(since, not_before=timezone.now() - RESUME_WINDOW, limit=RESUME_MOST)
    if rows is None:
        return None
    nudges = [nudge for row in rows if (nudge := nudge_of(row))]
    return nudges, places_of(nudge.conversation_id for nudge in nudges)


def places_of(conversation_ids: Iterable[str | None]) -> Places:
    """Return where these conversations lie, by id, without those that are gone. One query, none for no ids."""
    ids = {one for one in conversation_ids if one}
    if not ids:
        return {}
    rows = Conversation.objects.filter(id__in=ids).values_list("id", "team_id", "assignee_id")
    return {str(row_id): Place(team_id, assignee_id) for row_id, team_id, assignee_id in rows}


def sight_on_entry(membership: Membership, conversation_id: str | None) -> tuple[Sight, str | None]:
    """Return what the member may see, and the id of the conversation, which may be given as its display_id.

    Two queries, three with a conversation. Raises: NotAMember, NotFound when it is not theirs to see.
    """
    viewer = viewer_of(membership)
    teams = TeamMember.objects.filter(agent_id=viewer.id).values_list("team_id", flat=True)
    is_away = viewer.agent.is_away_by_itself
    sight = Sight(viewer.id, viewer.agent.name, viewer.permissions, frozenset(teams), is_away)
    if conversation_id is None:
        return sight, None
    return sight, str(get_conversation_for(viewer, conversation_id).id)


def sights_of(memberships: Iterable[Membership]) -> dict[UUID, Sight]:
    """Return what these members may see now, by user id, without those who are no active agents. Two queries."""
    roles = {membership.user_id: membership.role for membership in memberships}
    agents = Agent.objects.filter(user_id__in=roles, is_active=True).values_list("user_id", "name")
    teams: dict[UUID, set[UUID]] = {}
    for agent_id, team_id in TeamMember.objects.filter(agent_id__in=roles).values_list("agent_id", "team_id"):
        teams.setdefault(agent_id, set()).add(team_id)
    return {
        agent_id: Sight(agent_id, name, permissions_of(roles[agent_id]), frozenset(teams.get(agent_id, ())))
        for agent_id, name in agents
    }
