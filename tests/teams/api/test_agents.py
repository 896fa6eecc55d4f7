from uuid import uuid4

from accounts.models import User
from teams.models import Agent, AgentLoad, AgentSkill, Skill
from tests.factories import agent_of, make_agent, make_team
from tests.fixtures.cast import ApiOf


def test_agent_is_told_with_all_that_routing_asks(api_of: ApiOf, agent: User) -> None:
    ana = make_agent(csat_score="4.50", languages=["fi"])
    team = make_team("Returns", agents=[ana])
    AgentSkill.objects.create(agent=ana, skill=Skill.objects.create(name="Parts"), level=4)
    AgentLoad.objects.filter(agent=ana).update(current_load=2)

    found = api_of(agent).get(f"/api/v1/agents/{ana.pk}").json()

    assert found == {
        "id": str(ana.pk),
        "name": ana.name,
        "email": ana.email,
        "status": "offline",
        "max_capacity": 12,
        "current_load": 2,
        "skills": [{"name": "Parts", "level": 4}],
        "languages": ["fi"],
        "csat_score": 4.5,
        "teams": [{"id": str(team.id), "name": "Returns", "role": "agent"}],
        "out_from_on": None,
        "out_until_on": None,
        "substitute_id": None,
        "version": 1,
    }


def test_list_filters_and_leaves_out_those_who_are_gone(api_of: ApiOf, agent: User) -> None:
    ana, bo = make_agent(status="online"), make_agent()
    make_agent(is_active=False, status="online")
    team = make_team(agents=[bo])
    api = api_of(agent)

    def ids(query: str) -> list[str]:
        return [one["id"] for one in api.get(f"/api/v1/agents?{query}").json()["results"]]

    assert ids("status=online") == [str(ana.pk)]
    assert ids(f"team_id={team.id}") == [str(bo.pk)]
    assert ids(f"q={bo.name[-2:]}") == [str(bo.pk)]
    assert len(ids("")) == 5
    assert api.get("/api/v1/agents?status=asleep").status_code == 422


def test_pages_of_agents_follow_each_other(api_of: ApiOf, agent: User) -> None:
    for _number in range(3):
        make_agent()
    api = api_of(agent)

    first = api.get("/api/v1/agents?limit=4").json()
    second = api.get(first["next"]).json()

    names = [one["name"] for page in (first, second) for one in page["results"]]
    assert (len(names), names) == (6, sorted(names))


def test_skills_are_names_or_names_with_levels(api_of: ApiOf, admin: User) -> None:
    ana = make_agent()
    path = f"/api/v1/agents/{ana.pk}"

    changed = api_of(admin).patch(path, {"skills": ["Parts", {"name": "Billing", "level": 5}], "max_capacity": 4})

    assert changed.json()["skills"] == [{"name": "Billing", "level": 5}, {"name": "Parts", "level": 3}]
    assert (changed.json()["max_capacity"], changed.json()["version"]) == (4, 2)


def test_what_makes_no_sense_is_named(api_of: ApiOf, admin: User) -> None:
    ana, api = make_agent(), api_of(admin)
    path = f"/api/v1/agents/{ana.pk}"

    for body, field in (
        ({"max_capacity": 0}, "max_capacity"),
        ({"max_capacity": -1}, "max_capacity"),
        ({"status": "asleep"}, "status"),
        ({"skills": [{"name": "A", "rank": 1}]}, "skills.0"),
        ({"skills": [{"name": "A", "level": True}]}, "skills.0"),
        ({"skills": ["A", "a"]}, "skills"),
        ({"languages": ["klingon!"]}, "languages"),
        ({"out_from_on": "2026-12-24", "out_until_on": "2026-12-01"}, "out_until_on"),
        ({"substitute_id": str(ana.pk)}, "substitute_id"),
        ({"current_load": 0}, "current_load"),
    ):
        answer = api.patch(path, body)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field]), body
    assert Agent.objects.get(pk=ana.pk).version == 1


def test_agents_set_their_own_status_and_no_more(api_of: ApiOf, agent: User) -> None:
    api, path = api_of(agent), f"/api/v1/agents/{agent.id}"

    assert api.patch(path, {"status": "online"}).json()["status"] == "online"
    assert api.patch(path, {"max_capacity": 50}).status_code == 403
    assert api.patch(f"/api/v1/agents/{make_agent().pk}", {"status": "online"}).status_code == 403
    assert api.patch(f"/api/v1/agents/{uuid4()}", {"status": "online"}).status_code == 404
    assert agent_of(agent).status == "online"


def test_skills_are_listed_made_renamed_and_deleted(api_of: ApiOf, admin: User, agent: User) -> None:
    api = api_of(admin)

    made = api.post("/api/v1/skills", {"name": "Parts"})
    path = f"/api/v1/skills/{made.json()['id']}"
    AgentSkill.objects.create(agent=make_agent(), skill_id=made.json()["id"])

    assert (made.status_code, api.post("/api/v1/skills", {"name": "parts"}).status_code) == (201, 200)
    assert api.patch(path, {"name": "Spare parts"}).json()["name"] == "Spare parts"
    [listed] = api_of(agent).get("/api/v1/skills").json()["results"]
    assert listed == {"id": made.json()["id"], "name": "Spare parts", "agent_count": 1}
    assert api_of(agent).delete(path).status_code == 403
    assert api.delete(path).status_code == 204
    assert api.delete(path).status_code == 404
