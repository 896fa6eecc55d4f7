from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.enums import Role
from accounts.models import Account, User
from accounts.permissions import Permission, permissions_of
from conversations.access import Place, Sight, visible_conversations
from conversations.live.audience import told_of
from conversations.models import Conversation
from conversations.queries.live import places_of
from hummdesk.live.nudges import Nudge
from teams.access import Viewer
from tests.factories import agent_of, make_conversation, make_team

ME, TEAM, OTHER_TEAM = UUID(int=1), UUID(int=2), UUID(int=3)
HIDDEN = Place(OTHER_TEAM, None)


def sight(role: Role = Role.AGENT) -> Sight:
    return Sight(ME, "Me", permissions_of(role), frozenset({TEAM}))


def nudge(type: str = "conversation.updated", **data: Any) -> Nudge:
    return Nudge(type, str(uuid4()), 1, "2026-11-23T00:00:00.000Z", data)


@pytest.mark.parametrize(
    "permissions",
    [
        {Permission.VIEW_CONVERSATIONS_ALL},
        {Permission.VIEW_CONVERSATIONS_TEAM, Permission.VIEW_CONVERSATIONS_ASSIGNED},
        {Permission.VIEW_CONVERSATIONS_ASSIGNED},
        set(),
    ],
    ids=["all", "team", "assigned", "none"],
)
def test_sight_agrees_with_the_query(acme: Account, agent: User, leader: User, permissions: set[Permission]) -> None:
    own, other = make_team(agents=[agent]), make_team()
    for team in (own, other, None):
        for assignee in (agent_of(agent), agent_of(leader), None):
            make_conversation(team=team, assignee=assignee)
    viewer = Viewer(agent_of(agent), frozenset(permissions))
    seen = Sight(agent.id, "", frozenset(permissions), frozenset({own.id}))

    places = places_of(map(str, Conversation.objects.values_list("id", flat=True)))

    assert {row_id for row_id, place in places.items() if seen.covers(place)} == {
        str(row_id) for row_id in visible_conversations(viewer).values_list("id", flat=True)
    }


def test_whole_nudge_is_for_whoever_may_see() -> None:
    said = nudge(status="pending")

    assert told_of(sight(), said, Place(TEAM, None)) is said
    assert told_of(sight(), said, Place(None, None)) is said
    assert told_of(sight(Role.TEAM_LEADER), said, HIDDEN) is said


@pytest.mark.parametrize("place", [HIDDEN, None])
def test_nothing_is_for_whoever_may_not_see(place: Place | None) -> None:
    assert told_of(sight(), nudge(status="pending"), place) is None


@pytest.mark.parametrize(
    ("before", "is_told"),
    [
        ({"assignee_before": str(ME)}, True),
        ({"assignee_before": str(UUID(int=9))}, False),
        ({"assignee_before": None}, False),
        ({"team_before": str(TEAM)}, True),
        ({"team_before": None}, True),
        ({"team_before": str(UUID(int=9))}, False),
    ],
)
def test_what_was_taken_away_leaves_a_bare_nudge(before: dict[str, str | None], is_told: bool) -> None:
    told = told_of(sight(), nudge("conversation.assigned", secret="x", **before), HIDDEN)

    assert (told is not None) == is_told
    if told is not None:
        assert (told.conversation_id, told.data, told.seq) == (None, {}, 1)


@pytest.mark.parametrize("type", ["conversation.read", "notification"])
def test_personal_nudge_is_for_its_agent_alone(type: str) -> None:
    own, other = nudge(type, agent_id=str(ME)), nudge(type, agent_id=str(UUID(int=9)))

    assert told_of(sight(), own, None) is own
    assert told_of(sight(Role.ACCOUNT_ADMIN), other, Place(None, None)) is None


def test_who_takes_work_is_for_everybody() -> None:
    said = Nudge("agent.updated", None, 1, "2026-11-23T00:00:00.000Z", {"agent_id": str(uuid4()), "status": "online"})

    assert told_of(sight(), said, None) is said
