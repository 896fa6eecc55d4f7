from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, User
from hummdesk.tenancy.context import account_context
from teams.models import Team, TeamMember
from tests.factories import make_agent, make_conversation, make_team
from tests.fixtures.cast import ApiOf


def test_everybody_reads_teams_and_who_is_in_them(api_of: ApiOf, agent: User) -> None:
    ana = make_agent()
    team = make_team("Returns", agents=[ana, make_agent(is_active=False)], routing="round_robin")
    api = api_of(agent)

    listed = api.get("/api/v1/teams?q=retu").json()["results"]
    [member] = api.get(f"/api/v1/teams/{team.id}/agents").json()["results"]

    assert listed == [api.get(f"/api/v1/teams/{team.id}").json()]
    assert listed[0] == {
        "id": str(team.id),
        "name": "Returns",
        "slug": team.slug,
        "routing": "round_robin",
        "is_sticky": False,
        "hours_id": None,
        "sla_policy_id": None,
        "category_ids": [],
        "member_count": 1,
        "version": 1,
        "created_at": listed[0]["created_at"],
    }
    assert (member["id"], member["role"], member["current_load"]) == (str(ana.pk), "agent", 0)


def test_lists_cost_the_same_however_long(api_of: ApiOf, agent: User) -> None:
    api = api_of(agent)

    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert api.get(path).status_code == 200
        return len(queries)

    team = make_team(agents=[make_agent()])
    paths = ("/api/v1/teams", f"/api/v1/teams/{team.id}/agents", "/api/v1/agents", "/api/v1/categories")
    few = [count(path) for path in paths]
    for _number in range(8):
        TeamMember.objects.create(team=team, agent=make_agent())
        make_team(agents=[make_agent()])

    assert [count(path) for path in paths] == few


def test_team_is_made_changed_and_deleted(api_of: ApiOf, admin: User) -> None:
    api = api_of(admin)

    made = api.post("/api/v1/teams", {"name": "Returns"})
    path = f"/api/v1/teams/{made.json()['id']}"
    changed = api.patch(path, {"routing": "least_loaded", "version": 1})

    assert (made.status_code, made.json()["routing"]) == (201, "manual")
    assert (changed.json()["routing"], changed.json()["version"]) == ("least_loaded", 2)
    assert api.patch(path, {"routing": "manual", "version": 1}).json()["code"] == "conflict"
    assert api.post("/api/v1/teams", {"name": "returns"}).status_code == 409
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_team_with_open_conversations_needs_another_one(api_of: ApiOf, admin: User) -> None:
    api, team, other = api_of(admin), make_team(), make_team()
    conversation = make_conversation(team=team)
    path = f"/api/v1/teams/{team.id}"

    refused = api.delete(path)
    wrong = api.delete(f"{path}?move_to={uuid4()}")
    assert (refused.status_code, refused.json()["open_conversations"]) == (409, 1)
    assert (wrong.status_code, set(wrong.json()["errors"])) == (422, {"move_to"})
    assert Team.objects.filter(id=team.id).exists()

    assert api.delete(f"{path}?move_to={other.id}").status_code == 204
    conversation.refresh_from_db()
    assert conversation.team_id == other.id


def test_agent_is_put_in_given_a_role_and_taken_out(api_of: ApiOf, admin: User, agent: User) -> None:
    api, team = api_of(admin), make_team()
    path = f"/api/v1/teams/{team.id}/agents"

    first = api.post(path, {"user_id": str(agent.id)})
    again = api.post(path, {"user_id": str(agent.id), "role": "leader"})
    changed = api.patch(f"{path}/{agent.id}", {"role": "agent"})

    assert [one.status_code for one in (first, again, changed)] == [201, 200, 200]
    assert [one.json()["role"] for one in (first, again, changed)] == ["agent", "leader", "agent"]
    assert api.post(path, {"user_id": str(uuid4())}).json()["errors"].keys() == {"user_id"}
    assert api.delete(f"{path}/{agent.id}").status_code == 204
    assert api.delete(f"{path}/{agent.id}").status_code == 404


@pytest.mark.parametrize("who", ["agent", "leader"])
def test_others_change_no_team(api_of: ApiOf, who: str, request: pytest.FixtureRequest) -> None:
    api, team = api_of(request.getfixturevalue(who)), make_team()
    path = f"/api/v1/teams/{team.id}"

    answers = [
        api.post("/api/v1/teams", {"name": "Mine"}),
        api.patch(path, {"name": "Mine"}),
        api.delete(path),
        api.post(f"{path}/agents", {"user_id": str(make_agent().pk)}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4


def test_other_accounts_teams_are_not_there(api_of: ApiOf, admin: User, nordhem: Account) -> None:
    with account_context(nordhem):
        theirs = make_team()
    api, path = api_of(admin), f"/api/v1/teams/{theirs.id}"

    assert api.get(path).status_code == 404
    assert api.patch(path, {"name": "Mine"}).status_code == 404
    assert api.delete(path).status_code == 404
    assert api.get(f"{path}/agents").status_code == 404
