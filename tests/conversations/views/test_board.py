from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from hummdesk.events.models import LoggedEvent
from teams.enums import AgentStatus, TeamRole
from teams.models import Agent, AgentLoad, TeamMember
from tests.factories import make_agent, make_team
from tests.fixtures.cast import ClientOf

pytestmark = pytest.mark.usefixtures("acme")
SET = {"status": "online", "max_capacity": "7"}


def test_board_shows_status_load_and_languages(client_of: ClientOf, agent: User) -> None:
    ana = make_agent(name="Ana On", status=AgentStatus.ONLINE, max_capacity=4, languages=["fi"])
    AgentLoad.objects.filter(agent=ana).update(current_load=3)
    today = timezone.localdate()
    make_agent(name="Ben Out", out_from_on=today, out_until_on=today + timedelta(days=2))
    make_team("Returns", agents=[ana])

    page = client_of(agent).get("/board").content.decode()

    assert "Ana On" in page
    assert "3 of 4" in page
    assert "Finnish" in page
    assert "Returns" in page
    assert "Out of the office until" in page
    assert page.index("Ana On") < page.index("Ben Out")


@pytest.mark.parametrize("is_htmx", [True, False])
def test_admins_set_status_and_capacity(client_of: ClientOf, admin: User, is_htmx: bool) -> None:
    ana = make_agent()

    answer = client_of(admin).post(
        f"/board/agents/{ana.pk}", SET, headers={"HX-Request": "true", "HX-Target": "board-rows"} if is_htmx else {}
    )

    ana.refresh_from_db()
    assert answer.status_code == (200 if is_htmx else 303)
    assert (ana.status, ana.max_capacity) == (AgentStatus.ONLINE, 7)
    assert {"AgentChanged", "AgentStatusChanged"} <= set(LoggedEvent.objects.values_list("type", flat=True))


def test_leaders_set_it_for_those_in_their_teams(client_of: ClientOf, agent: User) -> None:
    ana, other = make_agent(), make_agent()
    team = make_team(agents=[ana])
    TeamMember.objects.create(team=team, agent_id=agent.pk, role=TeamRole.LEADER)
    client = client_of(agent)

    client.post(f"/board/agents/{ana.pk}", SET)
    refused = client.post(f"/board/agents/{other.pk}", SET)

    assert refused.status_code == 403
    assert Agent.objects.get(pk=ana.pk).max_capacity == 7
    assert Agent.objects.get(pk=other.pk).max_capacity == 12


def test_who_is_refused_changes_nothing(client_of: ClientOf, agent: User) -> None:
    ana = make_agent()

    answer = client_of(agent).post(f"/board/agents/{ana.pk}", SET)

    assert answer.status_code == 403
    assert Agent.objects.get(pk=ana.pk).status == AgentStatus.OFFLINE


@pytest.mark.parametrize("fields", [{"status": "asleep"}, {"max_capacity": "0"}, {"max_capacity": "x"}])
def test_what_makes_no_sense_is_said_and_nothing_changes(
    client_of: ClientOf, admin: User, fields: dict[str, str]
) -> None:
    ana = make_agent()

    answer = client_of(admin).post(
        f"/board/agents/{ana.pk}", {**SET, **fields}, headers={"HX-Request": "true", "HX-Target": "board-rows"}
    )

    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert f'value="{ {**SET, **fields}["max_capacity"] }"' in page
    assert "hd:agent.updated" not in page  # or the next news would take the words away
    assert Agent.objects.get(pk=ana.pk).max_capacity == 12


def test_agent_of_another_account_is_missing(client_of: ClientOf, admin: User, stranger: User) -> None:
    assert client_of(admin).post(f"/board/agents/{stranger.pk}", SET).status_code == 404


@pytest.mark.parametrize("count", [1, 20])
def test_board_takes_as_many_queries_for_one_as_for_many(
    client_of: ClientOf, admin: User, django_assert_max_num_queries: object, count: int
) -> None:
    for _number in range(count):
        make_agent()
    client = client_of(admin)

    with django_assert_max_num_queries(16):  # type: ignore[operator]
        client.get("/board")
