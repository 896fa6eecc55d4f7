import pytest

from accounts.models import User
from conversations.models import Conversation
from teams.enums import AgentStatus, RoutingStrategy
from teams.models import Agent, AgentLoad, Team
from tests.factories import make_agent, make_conversation, make_team
from tests.fixtures.cast import ClientOf

pytestmark = pytest.mark.usefixtures("acme")


def routed_team(*agents: Agent) -> Team:
    return make_team(agents=agents, routing=RoutingStrategy.LEAST_LOADED)


def text_of(answer: object) -> str:
    return str(getattr(answer, "content", b"").decode())


def test_queue_shows_who_waits_and_whom_they_are_likely_to_get(client_of: ClientOf, leader: User) -> None:
    ana = make_agent(name="Ana Full", status=AgentStatus.ONLINE, max_capacity=1, languages=["fi"])
    AgentLoad.objects.filter(agent=ana).update(current_load=1)
    team = routed_team(ana)
    make_conversation(team=team, subject="Where is it")
    make_conversation(team=team, subject="Var är den", language="sv")

    page = text_of(client_of(leader).get("/queue"))

    assert "Where is it" in page
    assert "Ana Full" in page
    assert "as soon as there is room" in page
    assert "Nobody in the team speaks its language." in page


def test_queue_is_refetched_as_a_partial(client_of: ClientOf, leader: User) -> None:
    answer = client_of(leader).get("/queue", headers={"HX-Request": "true", "HX-Target": "queue-rows"})

    assert text_of(answer).lstrip().startswith('<section id="queue-rows"')


def test_agents_see_of_the_queue_what_they_may(client_of: ClientOf, agent: User) -> None:
    make_conversation(team=routed_team(make_agent()), subject="Not theirs")

    assert "Not theirs" not in text_of(client_of(agent).get("/queue"))


@pytest.mark.parametrize("is_htmx", [True, False])
def test_route_now_says_what_came_of_it(client_of: ClientOf, leader: User, is_htmx: bool) -> None:
    ana = make_agent(name="Ana", status=AgentStatus.ONLINE)
    conversation = make_conversation(team=routed_team(ana))
    headers = {"HX-Request": "true"} if is_htmx else {}

    answer = client_of(leader).post(
        f"/queue/conversations/{conversation.display_id}/route", headers=headers, follow=not is_htmx
    )

    conversation.refresh_from_db()
    assert conversation.assignee == ana
    assert f"#{conversation.display_id} went to Ana" in text_of(answer)


def test_route_now_of_what_nobody_can_take_says_so(client_of: ClientOf, leader: User) -> None:
    conversation = make_conversation(team=routed_team(make_agent()))

    answer = client_of(leader).post(
        f"/queue/conversations/{conversation.display_id}/route", headers={"HX-Request": "true"}
    )

    assert "nobody can take it now" in text_of(answer)
    assert Conversation.objects.get(id=conversation.id).assignee is None


def test_route_now_of_what_one_may_not_see_is_missing(client_of: ClientOf, agent: User) -> None:
    conversation = make_conversation(team=routed_team(make_agent(status=AgentStatus.ONLINE)))

    answer = client_of(agent).post(f"/queue/conversations/{conversation.display_id}/route")

    conversation.refresh_from_db()
    assert (answer.status_code, conversation.assignee) == (404, None)


def test_sidebar_shows_queue_and_board_to_those_who_lead(client_of: ClientOf, agent: User, leader: User) -> None:
    assert 'data-view-key="queue"' in text_of(client_of(leader).get("/queue"))
    assert 'data-view-key="queue"' not in text_of(client_of(agent).get("/queue"))
