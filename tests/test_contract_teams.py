"""A stranger's client: API.md "Teams, routing, SLA", what it says of teams and agents, with nothing but HTTP."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import Account, User
from tests.fixtures.live import LiveServer
from tests.test_contract import Stranger, open_one

TEAM = {
    "id",
    "name",
    "slug",
    "routing",
    "is_sticky",
    "hours_id",
    "sla_policy_id",
    "category_ids",
    "member_count",
    "version",
    "created_at",
}
AGENT = {
    "id",
    "name",
    "email",
    "status",
    "max_capacity",
    "current_load",
    "skills",
    "languages",
    "csat_score",
    "teams",
    "out_from_on",
    "out_until_on",
    "substitute_id",
}


@pytest.fixture
def api(committed: None, live: LiveServer, acme: Account, admin: User) -> Iterator[Stranger]:
    """An admin's client."""
    stranger = Stranger(live, admin.email)
    yield stranger
    stranger.http.close()


@pytest.fixture
def team(api: Stranger) -> dict[str, Any]:
    """A team that the client has made."""
    made: dict[str, Any] = api.post("/teams", {"name": "Returns"})
    return made


def test_team_is_made_changed_listed_and_deleted(api: Stranger, team: dict[str, Any]) -> None:
    path = f"/teams/{team['id']}"

    assert team.keys() >= TEAM
    assert api.patch(path, {"name": "Returned goods", "routing": "round_robin"})["routing"] == "round_robin"
    assert team["id"] in {one["id"] for one in api.get("/teams")["results"]}
    assert api.get(path)["name"] == "Returned goods"
    api.delete(path)
    api.get(path, expect=404)
    api.post("/teams", {"name": ""}, status=422)


def test_agent_is_put_in_a_team_and_taken_out(api: Stranger, team: dict[str, Any], agent: User) -> None:
    path = f"/teams/{team['id']}/agents"

    placed = api.post(path, {"user_id": str(agent.id), "role": "leader"})
    [listed] = api.get(path)["results"]

    assert placed.keys() >= AGENT | {"role"}
    assert (listed["id"], listed["role"]) == (str(agent.id), "leader")
    api.delete(f"{path}/{agent.id}")
    assert api.get(path)["results"] == []
    api.post(path, {"user_id": str(uuid.uuid4()), "role": "agent"}, status=422)
    api.post(path, {"user_id": str(agent.id), "role": "boss"}, status=422)


def test_agent_is_read_and_changed(api: Stranger, agent: User) -> None:
    path = f"/agents/{agent.id}"
    changes = {"status": "online", "max_capacity": 5, "skills": ["Returns"], "languages": ["fi", "en"]}

    changed = api.patch(path, changes)

    assert changed.keys() >= AGENT
    assert (changed["status"], changed["max_capacity"], changed["languages"]) == ("online", 5, ["fi", "en"])
    assert [one["name"] for one in changed["skills"]] == ["Returns"]
    assert api.get(path) == changed
    assert str(agent.id) in {one["id"] for one in api.get("/agents")["results"]}
    for wrong in ({"max_capacity": 0}, {"max_capacity": -1}, {"status": "asleep"}):
        api.patch(path, wrong, status=422)
    api.get(f"/agents/{uuid.uuid4()}", expect=404)


def test_load_follows_what_the_agent_has_in_hand(api: Stranger, agent: User) -> None:
    def load() -> int:
        return int(api.get(f"/agents/{agent.id}")["current_load"])

    opened = open_one(api, assignee_id=str(agent.id))
    assert load() == 1
    api.patch(f"/conversations/{opened['id']}", {"status": "resolved"})
    assert load() == 0
    api.patch(f"/conversations/{opened['id']}", {"status": "open"})
    assert load() == 1
    api.patch(f"/conversations/{opened['id']}", {"assignee_id": None})
    assert load() == 0
    assert api.post("/agents/reconcile-loads", status=200) == {"corrected": []}


def test_team_with_open_conversations_is_deleted_only_with_another_to_have_them(
    api: Stranger, team: dict[str, Any]
) -> None:
    other = api.post("/teams", {"name": "Others"})
    opened = open_one(api, team_id=team["id"])

    assert api.delete(f"/teams/{team['id']}", status=409)["code"] == "conflict"
    api.delete(f"/teams/{team['id']}?move_to={uuid.uuid4()}", status=422)
    api.delete(f"/teams/{team['id']}?move_to={other['id']}")

    assert api.get(f"/conversations/{opened['id']}")["team"]["id"] == other["id"]


def test_removed_agent_leaves_open_conversations_to_nobody(api: Stranger, team: dict[str, Any], agent: User) -> None:
    opened = open_one(api, team_id=team["id"], assignee_id=str(agent.id))

    api.delete(f"/users/{agent.id}")

    found = api.get(f"/conversations/{opened['id']}")
    assert (found["assignee"], found["team"]["id"]) == (None, team["id"])
    api.get(f"/agents/{agent.id}", expect=404)


def test_queues_of_teams_are_listed(api: Stranger) -> None:
    team = api.get("/teams")["results"][0]

    assert api.get(f"/teams/{team['id']}/queue") == {"results": []}
