"""The settings pages of teams, agents, skills and categories."""

from uuid import uuid4

import pytest

from accounts.models import User
from conversations.models import Category, Conversation
from teams.models import Agent, AgentSkill, Skill, Team, TeamMember
from tests.factories import agent_of, make_agent, make_conversation, make_team
from tests.fixtures.cast import ClientOf

LISTS = ("/settings/teams", "/settings/agents", "/settings/skills", "/settings/categories")


def team_fields(**given: object) -> dict[str, object]:
    return {"name": "Returns", "routing": "least_loaded", "hours_id": "", "sla_policy_id": "", **given}


def agent_fields(**given: object) -> dict[str, object]:
    return {"status": "online", "max_capacity": "5", "languages": "", "substitute_id": "", **given}


def test_only_who_manages_teams_finds_the_pages(client_of: ClientOf, admin: User, leader: User, agent: User) -> None:
    for user in (agent, leader):
        for url in (*LISTS, f"/settings/agents/{admin.id}", "/settings/teams/new"):
            assert client_of(user).get(url).status_code == 403
        assert b"/settings/teams" not in client_of(user).get("/settings/profile").content

    page = client_of(admin).get("/settings/profile").text
    for url in LISTS:
        assert url in page
        assert client_of(admin).get(url).status_code == 200


def test_team_is_made_and_shown(client_of: ClientOf, admin: User) -> None:
    category = Category.objects.get(slug="return")
    client = client_of(admin)

    made = client.post("/settings/teams/new", team_fields(is_sticky="on", category_ids=[str(category.id)]))

    team = Team.objects.get(name="Returns")
    assert (made.status_code, made["Location"]) == (303, f"/settings/teams/{team.id}")
    assert (team.routing, team.is_sticky, list(team.categories.all())) == ("least_loaded", True, [category])
    page = client.get(made["Location"]).text
    assert "Returns" in page
    assert "Nobody yet" in page


@pytest.mark.parametrize(
    ("given", "words"),
    [({"name": ""}, "required"), ({"name": "Support"}, "This name is taken"), ({"routing": "best"}, "valid choice")],
)
def test_wrong_team_is_shown_again_with_what_is_wrong(
    client_of: ClientOf, admin: User, given: dict[str, str], words: str
) -> None:
    answer = client_of(admin).post("/settings/teams/new", team_fields(**given))

    assert answer.status_code == 422
    assert words in answer.text
    assert Team.objects.count() == 1


def test_team_that_somebody_else_has_changed_is_not_overwritten(client_of: ClientOf, admin: User) -> None:
    team = make_team("Old", version=2)

    answer = client_of(admin).post(f"/settings/teams/{team.id}", team_fields(version="1"))

    assert answer.status_code == 422
    assert "Somebody else has changed this" in answer.text
    team.refresh_from_db()
    assert team.name == "Old"


def test_agents_join_lead_and_leave(client_of: ClientOf, admin: User, agent: User) -> None:
    team, client = make_team(), client_of(admin)
    place, members = f"/settings/teams/{team.id}/members/{agent.id}", TeamMember.objects.filter(team=team)

    client.post(f"/settings/teams/{team.id}/members", {"agent_id": str(agent.id), "role": "agent"})
    assert agent_of(agent).name in client.get(f"/settings/teams/{team.id}").text
    client.post(place, {"role": "leader"})
    assert members.get().role == "leader"
    assert client.post(place, {"role": "boss"}).status_code == 422
    client.post(place, {"role": "leave"})
    assert not members.exists()
    wrong = client.post(f"/settings/teams/{team.id}/members", {"agent_id": str(uuid4()), "role": "agent"})
    assert wrong.status_code == 422


def test_team_is_deleted_when_somebody_gets_its_work(client_of: ClientOf, admin: User) -> None:
    team, other, client = make_team(), make_team(), client_of(admin)
    make_conversation(team=team)
    url = f"/settings/teams/{team.id}/delete"

    refused = client.post(url, {"move_to": ""}, follow=True)
    assert "open conversations" in refused.text
    assert Team.objects.filter(id=team.id).exists()

    client.post(url, {"move_to": str(other.id)})
    assert not Team.objects.filter(id=team.id).exists()
    assert Conversation.objects.get().team == other


def test_agent_is_changed_with_skills_and_languages(client_of: ClientOf, admin: User) -> None:
    ana, bo, skill = make_agent(), make_agent(), Skill.objects.create(name="Parts")
    given = agent_fields(
        languages=["fi", "en", ""],
        out_from_on="2026-12-24",
        out_until_on="2026-12-26",
        substitute_id=str(bo.pk),
        **{f"skill_{skill.id}": "4"},
    )

    answer = client_of(admin).post(f"/settings/agents/{ana.pk}", given)

    assert answer.status_code == 303
    ana.refresh_from_db()
    assert (ana.status, ana.max_capacity, ana.languages, ana.substitute) == ("online", 5, ["fi", "en"], bo)
    assert AgentSkill.objects.get(agent=ana).level == 4
    shown = client_of(admin).get(f"/settings/agents/{ana.pk}").text
    assert [shown.count(f'<option value="{code}" selected>') for code in ("fi", "en", "sv")] == [1, 1, 0]
    assert 'value="2026-12-24"' in shown
    assert "Parts 4" in client_of(admin).get("/settings/agents").text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"max_capacity": "0"}, "An agent can take 1 to 500"),
        ({"max_capacity": "-2"}, "An agent can take 1 to 500"),
        ({"languages": "klingon!"}, "Select a valid choice"),
        ({"max_capacity": "many"}, "Nothing is saved yet"),
        ({"out_from_on": "2026-12-24"}, "first day and the last one"),
        ({"out_from_on": "2026-12-24", "out_until_on": "2026-12-01"}, "before the first one"),
    ],
)
def test_wrong_agent_is_shown_again_with_what_is_wrong(
    client_of: ClientOf, admin: User, given: dict[str, str], words: str
) -> None:
    ana = make_agent()

    answer = client_of(admin).post(f"/settings/agents/{ana.pk}", agent_fields(**given))

    assert answer.status_code == 422
    assert words in answer.text
    assert Agent.objects.get(pk=ana.pk).status == "offline"


def test_skills_are_added_renamed_and_deleted(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)

    client.post("/settings/skills", {"name": "Parts"})
    skill = Skill.objects.get()
    assert client.post("/settings/skills", {"name": ""}).status_code == 422
    client.post(f"/settings/skills/{skill.id}", {"name": "Spare parts"})
    assert "Spare parts" in client.get("/settings/skills").text
    client.post(f"/settings/skills/{skill.id}/delete")
    assert not Skill.objects.exists()


def test_categories_are_made_changed_and_deleted_where_nothing_uses_them(client_of: ClientOf, admin: User) -> None:
    team, skill, client = make_team("Returns"), Skill.objects.create(name="Parts"), client_of(admin)

    client.post("/settings/categories/new", {"name": "Spares", "team_id": str(team.id), f"skill_{skill.id}": "2"})
    category = Category.objects.get(name="Spares")
    assert [(one.skill, one.min_level) for one in category.skills.all()] == [(skill, 2)]
    assert client.post("/settings/categories/new", {"name": "spares", "team_id": ""}).status_code == 422
    client.post(f"/settings/categories/{category.id}", {"name": "Spare parts", "team_id": "", "version": "1"})
    category.refresh_from_db()
    assert (category.name, category.team, category.skills.exists()) == ("Spare parts", None, False)

    conversation = make_conversation(category=category)
    kept = client.post(f"/settings/categories/{category.id}/delete", follow=True)
    assert "Conversations have this category" in kept.text
    conversation.delete()
    client.post(f"/settings/categories/{category.id}/delete")
    assert not Category.objects.filter(id=category.id).exists()
