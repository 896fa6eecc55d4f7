"""What leaders find of their teams, and agents of themselves."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from teams.access import viewer_of
from teams.actions.change_agent import change_agent
from teams.enums import TeamRole
from teams.models import Agent, BusinessHours, SlaPolicy, Team, TeamMember
from tests.factories import agent_of, make_agent, make_team
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true", "HX-Target": "team-form"}
OWN = "/settings/availability"


@pytest.fixture
def led(acme: object, leader: User) -> Team:
    """Returns, which the leader leads."""
    team = make_team("Returns", version=1)
    TeamMember.objects.create(team=team, agent_id=leader.id, role=TeamRole.LEADER)
    return team


def fields(**given: Any) -> dict[str, Any]:
    return {"routing": "round_robin", "is_sticky": "on", "hours_id": "", "sla_policy_id": "", "version": "1", **given}


def test_leaders_find_their_own_teams_and_no_others(client_of: ClientOf, leader: User, led: Team) -> None:
    other, client = make_team("Billing"), client_of(leader)

    page = client.get("/settings/teams").text

    assert f"/settings/teams/{led.id}" in page
    assert f"/settings/teams/{other.id}" not in page
    assert "/settings/teams/new" not in page
    assert "/settings/teams" in client.get("/settings/profile").text
    for url in (f"/settings/teams/{other.id}", f"/settings/teams/{led.id}/delete", "/settings/teams/new"):
        assert client.get(url).status_code == 403
    assert client.post(f"/settings/teams/{other.id}", fields()).status_code == 403
    assert client.post(f"/settings/teams/{other.id}/members", {"agent_id": str(leader.id)}).status_code == 403


def test_leaders_say_how_their_team_works(client_of: ClientOf, leader: User, led: Team) -> None:
    hours, policy = BusinessHours.objects.get(), SlaPolicy.objects.get()
    given = fields(hours_id=str(hours.pk), sla_policy_id=str(policy.pk), name="Mine", category_ids=[])

    answer = client_of(leader).post(f"/settings/teams/{led.id}", given)

    assert answer.status_code == 303
    led.refresh_from_db()
    assert (led.routing, led.is_sticky, led.hours, led.sla_policy) == ("round_robin", True, hours, policy)
    assert led.name == "Returns"


def test_leaders_put_agents_in_and_make_no_leaders(client_of: ClientOf, leader: User, led: Team, agent: User) -> None:
    client, members = client_of(leader), TeamMember.objects.filter(team=led, agent_id=agent.id)
    place = f"/settings/teams/{led.id}/members/{agent.id}"

    joined = client.post(
        f"/settings/teams/{led.id}/members",
        {"agent_id": str(agent.id), "role": "leader"},
        headers={"HX-Request": "true", "HX-Target": "team-members"},
    )

    assert members.get().role == "agent"
    assert agent_of(agent).name in joined.text
    assert 'id="team-form"' not in joined.text
    assert "Make leader" not in joined.text
    assert client.post(place, {"role": "leader"}).status_code == 403
    assert client.post(f"/settings/teams/{led.id}/members/{leader.id}", {"role": "leave"}).status_code == 403
    client.post(place, {"role": "leave"})
    assert not members.exists()


def test_form_that_is_out_of_date_keeps_what_was_typed_and_can_be_sent_again(
    client_of: ClientOf, leader: User, led: Team
) -> None:
    Team.objects.filter(pk=led.pk).update(version=4)
    client, url = client_of(leader), f"/settings/teams/{led.id}"

    refused = client.post(url, fields(), headers=HTMX)

    assert refused.status_code == 422
    assert "Somebody else has changed this" in refused.text
    assert 'value="round_robin" selected' in refused.text
    assert 'name="version" value="4"' in refused.text
    kept = client.post(url, fields(version="4"), headers=HTMX)
    assert kept.headers["HX-Redirect"] == url


def test_leaders_set_capacity_of_those_in_their_teams_alone(client_of: ClientOf, leader: User, led: Team) -> None:
    ana, bo, client = make_agent(languages=["fi"]), make_agent(), client_of(leader)
    TeamMember.objects.create(team=led, agent=ana)
    url = f"/settings/agents/{ana.pk}"

    page = client.get(url).text
    saved = client.post(url, {"status": "online", "max_capacity": "7", "languages": ["sv"], "out_from_on": "x"})

    assert "Finnish" in page
    assert 'name="languages"' not in page
    assert saved.status_code == 303
    ana.refresh_from_db()
    assert (ana.status, ana.max_capacity, ana.languages) == ("online", 7, ["fi"])
    assert client.get(f"/settings/agents/{bo.pk}").status_code == 403


def test_agents_set_their_days_out_and_languages_and_read_the_rest(client_of: ClientOf, agent: User) -> None:
    bo, client = make_agent(name="Bo Lind"), client_of(agent)
    Agent.objects.filter(pk=agent.pk).update(max_capacity=9)
    given = {
        "status": "offline",
        "languages": ["fi", ""],
        "out_from_on": "2026-12-24",
        "out_until_on": "2026-12-26",
        "substitute_id": str(bo.pk),
        "max_capacity": "400",
    }

    page = client.get(OWN).text
    saved = client.post(OWN, given)

    assert OWN in client.get("/settings/profile").text
    assert "0 of 9" in page
    assert 'name="max_capacity"' not in page
    assert (saved.status_code, saved["Location"]) == (303, OWN)
    own = Agent.objects.get(pk=agent.pk)
    assert (own.languages, own.substitute, own.max_capacity) == (["fi"], bo, 9)
    assert str(own.out_until_on) == "2026-12-26"
    assert client.get(f"/settings/agents/{bo.pk}").status_code == 403


def test_wrong_days_are_told_at_their_field_and_the_rest_stays_typed(client_of: ClientOf, agent: User) -> None:
    given = {"status": "offline", "languages": ["sv"], "out_from_on": "2026-12-24", "out_until_on": "2026-12-01"}

    refused = client_of(agent).post(OWN, given, headers={"HX-Request": "true", "HX-Target": "agent-form"})

    assert refused.status_code == 422
    assert "The last day is before the first one." in refused.text
    assert 'value="2026-12-24"' in refused.text
    assert '<option value="sv" selected>' in refused.text
    assert "<html" not in refused.text


def test_one_more_language_has_a_row_before_anything_is_kept(client_of: ClientOf, agent: User) -> None:
    given = {"do": "show", "languages": ["fi", "sv"], "out_from_on": "2026-12-24"}

    shown = client_of(agent).post(OWN, given, headers={"HX-Request": "true", "HX-Target": "agent-form"})

    assert shown.status_code == 200
    assert shown.text.count('<select class="shows"') == 3
    assert 'value="2026-12-24"' in shown.text
    assert Agent.objects.get(pk=agent.pk).languages != ["fi", "sv"]


def test_saving_days_out_leaves_an_absence_its_own(client_of: ClientOf, agent: User) -> None:
    Agent.objects.filter(pk=agent.pk).update(status="away", is_away_by_itself=True)

    client_of(agent).post(OWN, {"status": "away", "languages": ["fi"]})

    assert Agent.objects.get(pk=agent.pk).is_away_by_itself


def test_leaders_own_page_has_all_that_they_may_set(leader: User, led: Team) -> None:
    own = viewer_of(leader.memberships.get())

    change_agent(viewer=own, agent_id=own.id, changes={"languages": ["sv"], "max_capacity": 3})

    found = Agent.objects.get(pk=leader.pk)
    assert (found.languages, found.max_capacity) == (["sv"], 3)


def test_list_of_teams_costs_the_same_for_one_and_many(
    client_of: ClientOf, leader: User, led: Team, django_assert_num_queries: Callable[..., Any]
) -> None:
    client = client_of(leader)
    client.get("/settings/teams")
    with django_assert_num_queries(1000, exact=False) as one:
        client.get("/settings/teams")
    for _number in range(5):
        TeamMember.objects.create(team=make_team(), agent_id=leader.id, role=TeamRole.LEADER)

    with django_assert_num_queries(len(one), exact=False):
        client.get("/settings/teams")
