from typing import Any

import pytest

from accounts.models import User
from conversations.actions.route import note_waiting, route_waiting
from conversations.models import Conversation
from teams.enums import AgentStatus, RoutingStrategy
from teams.models import Agent, Team
from tests.factories import make_agent, make_conversation, make_team
from tests.fixtures.cast import ApiOf

pytestmark = pytest.mark.usefixtures("acme")


def routed_team(*agents: Agent) -> Team:
    return make_team(agents=agents, routing=RoutingStrategy.LEAST_LOADED)


def decisions_of(api: Any, conversation: Conversation) -> list[dict[str, Any]]:
    answer = api.get(f"/api/v1/conversations/{conversation.display_id}/routing")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def test_decisions_are_told_with_all_candidates(api_of: ApiOf, leader: User) -> None:
    ana = make_agent(name="Ana", status=AgentStatus.ONLINE, csat_score=4.5)
    ben = make_agent(name="Ben", status=AgentStatus.AWAY)
    conversation = make_conversation(team=routed_team(ana, ben))
    route_waiting()

    (decision,) = decisions_of(api_of(leader), conversation)

    assert decision["agent"] == {"id": str(ana.pk), "name": "Ana"}
    assert (decision["rule"], decision["strategy"]) == ("least_loaded", "least_loaded")
    chosen, other = decision["candidates"]
    assert chosen == {
        "agent": {"id": str(ana.pk), "name": "Ana"},
        "load": 0,
        "capacity": 12,
        "csat_score": 4.5,
        "idle_since": None,
        "excluded": [],
    }
    assert (other["agent"]["name"], other["excluded"]) == ("Ben", ["offline"])


def test_decision_for_nobody_has_no_agent(api_of: ApiOf, leader: User) -> None:
    conversation = make_conversation(team=routed_team(make_agent()))
    note_waiting(conversation_id=conversation.id)

    (decision,) = decisions_of(api_of(leader), conversation)

    assert (decision["agent"], decision["rule"]) == (None, "none")


def test_queue_says_whom_each_is_likely_to_get(api_of: ApiOf, leader: User) -> None:
    full = make_agent(name="Ana", status=AgentStatus.ONLINE, max_capacity=1, languages=["fi"])
    team = routed_team(full)
    make_conversation(team=team, assignee=full)
    waits, stuck = make_conversation(team=team, language="fi"), make_conversation(team=team, language="sv")
    Agent.objects.filter(pk=full.pk).update(max_capacity=1)
    full.load.current_load = 1
    full.load.save(update_fields=["current_load"])

    answer = api_of(leader).get(f"/api/v1/teams/{team.id}/queue")

    assert answer.status_code == 200, answer.content
    rows = {row["display_id"]: row for row in answer.json()["results"]}
    assert set(rows) == {waits.display_id, stuck.display_id}
    assert rows[waits.display_id]["expected_agent"]["name"] == "Ana"
    assert rows[waits.display_id]["reasons"] == ["full"]
    assert rows[stuck.display_id]["expected_agent"] is None
    assert rows[stuck.display_id]["reasons"] == ["language"]


def test_agents_see_of_a_queue_what_they_may(api_of: ApiOf, agent: User, stranger: User) -> None:
    team = routed_team(make_agent())
    make_conversation(team=team)

    assert api_of(agent).get(f"/api/v1/teams/{team.id}/queue").json()["results"] == []
    assert api_of(None).get(f"/api/v1/teams/{team.id}/queue").status_code == 401
    assert api_of(agent).get("/api/v1/teams/01a20983-e913-73cf-978d-c9969d1e4ee8/queue").status_code == 404


@pytest.mark.parametrize("count", [1, 20])
def test_queue_takes_as_many_queries_for_one_as_for_many(
    api_of: ApiOf, leader: User, django_assert_max_num_queries: Any, count: int
) -> None:
    team = routed_team(make_agent(status=AgentStatus.ONLINE))
    for _number in range(count):
        make_conversation(team=team)
    api = api_of(leader)

    with django_assert_max_num_queries(14):
        assert len(api.get(f"/api/v1/teams/{team.id}/queue").json()["results"]) == count
