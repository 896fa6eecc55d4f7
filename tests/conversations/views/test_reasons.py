"""The panel that says why things happened by themselves."""

from typing import Any

import pytest

from accounts.models import User
from conversations.actions.change_conversation import apply_changes
from conversations.actions.route import note_waiting, route_waiting
from conversations.enums import Priority
from conversations.models import Conversation
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action
from teams.enums import AgentStatus, RoutingStrategy
from teams.models import Agent, AgentLoad
from tests.factories import make_agent, make_conversation, make_team
from tests.fixtures.cast import ClientOf

pytestmark = pytest.mark.usefixtures("acme")


def online(name: str, **fields: Any) -> Agent:
    return make_agent(name=name, status=AgentStatus.ONLINE, **fields)


def routed(*agents: Agent, **fields: Any) -> Conversation:
    team = make_team("Returns", agents=agents, routing=RoutingStrategy.LEAST_LOADED)
    return make_conversation(team=team, **fields)


def reasons(client_of: ClientOf, user: User, conversation: Conversation) -> str:
    answer = client_of(user).get(f"/conversations/{conversation.display_id}/reasons")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_choice_is_told_with_its_candidates(client_of: ClientOf, leader: User) -> None:
    ana, ben = online("Ana"), online("Ben", max_capacity=10)
    AgentLoad.objects.filter(agent=ben).update(current_load=9)
    conversation = routed(ana, ben, make_agent(name="Carl"))
    route_waiting()

    page = reasons(client_of, leader, conversation)

    assert "Why Ana?" in page
    assert "Has the least to do: 0 of 12. Ben is next." in page
    assert "9 of 10" in page
    assert "Not online" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"csat_score": 4.9}, "As loaded as Ben, with the better rating by customers."),
        ({}, "Nothing tells"),
    ],
)
def test_ties_are_told(client_of: ClientOf, leader: User, fields: dict[str, object], sentence: str) -> None:
    conversation = routed(online("Ana", **fields), online("Ben", **({"csat_score": 3.1} if fields else {})))
    route_waiting()

    assert sentence in reasons(client_of, leader, conversation)


def test_nobody_is_told_with_the_reason(client_of: ClientOf, leader: User) -> None:
    conversation = routed(online("Ana", languages=["fi"]), language="sv")
    note_waiting(conversation_id=conversation.id)

    page = reasons(client_of, leader, conversation)

    assert "Nobody in Returns could take it" in page
    assert "Nobody in the team speaks its language." in page


def test_what_people_did_is_not_there(client_of: ClientOf, leader: User) -> None:
    conversation = make_conversation()
    _prioritise(conversation, Actor.agent(leader.pk))

    assert "Nothing has happened by itself." in reasons(client_of, leader, conversation)


def test_what_the_system_did_is_there(client_of: ClientOf, leader: User) -> None:
    conversation = make_conversation()
    _prioritise(conversation, Actor.system())

    page = reasons(client_of, leader, conversation)

    assert "Priority changed" in page
    assert "It follows from what happened before." in page


def test_of_what_one_may_not_see_nothing_is_told(client_of: ClientOf, agent: User) -> None:
    conversation = routed(online("Ana"))

    assert client_of(agent).get(f"/conversations/{conversation.display_id}/reasons").status_code == 404


@action
def _prioritise(conversation: Conversation, actor: Actor) -> None:
    apply_changes(conversation, {"priority": Priority.URGENT}, actor=actor)
