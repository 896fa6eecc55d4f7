"""Many routers at the same moment, each on a connection of its own."""

from collections import Counter
from functools import partial

import pytest

from accounts.models import Account
from conversations.actions.route import RoutedStep, drain_waiting, route_waiting
from conversations.models import Conversation, RoutingDecision
from hummdesk.events.models import LoggedEvent
from teams.enums import AgentStatus, RoutingStrategy
from teams.models import AgentLoad, Team
from tests.conversations.actions.test_change_at_once import at_once
from tests.factories import make_agent, make_contact, make_team

pytestmark = pytest.mark.usefixtures("committed")
ROUTERS, WAITING, AGENTS, CAPACITY = 50, 500, 20, 10


def team_with_a_queue() -> Team:
    agents = [make_agent(status=AgentStatus.ONLINE, max_capacity=CAPACITY) for _number in range(AGENTS)]
    team = make_team(agents=agents, routing=RoutingStrategy.LEAST_LOADED)
    contact = make_contact()
    Conversation.objects.bulk_create(
        Conversation(contact=contact, team=team, subject=f"Waits {number}") for number in range(WAITING)
    )
    return team


@pytest.mark.parametrize("limit", [1, 7, 50])
def test_fifty_routers_give_nobody_more_than_their_capacity(acme: Account, limit: int) -> None:
    team_with_a_queue()

    steps = at_once(acme, [partial(_route_until_nothing_moves, limit) for _number in range(ROUTERS)])

    given = AGENTS * CAPACITY
    assert sum(steps) == given
    loads = Counter(Conversation.objects.exclude(assignee=None).values_list("assignee_id", flat=True))
    assert set(loads.values()) == {CAPACITY}
    assert len(loads) == AGENTS
    assert set(AgentLoad.objects.filter(agent__in=loads).values_list("current_load", flat=True)) == {CAPACITY}
    assert Conversation.objects.filter(assignee=None).count() == WAITING - given
    assigned = LoggedEvent.objects.filter(type="ConversationAssigned").values_list("object_id", flat=True)
    assert len(assigned) == len(set(assigned)) == given
    assert (
        RoutingDecision.objects.values("conversation").distinct().count() == RoutingDecision.objects.count() == given
    )


def _route_until_nothing_moves(limit: int) -> int:
    given, step = 0, RoutedStep((), has_more=True)
    while step.has_more:
        step = route_waiting(limit=limit)
        given += step.given
    return given


def test_drain_empties_what_fits(acme: Account) -> None:
    team_with_a_queue()

    assert drain_waiting() == AGENTS * CAPACITY
    assert drain_waiting() == 0
