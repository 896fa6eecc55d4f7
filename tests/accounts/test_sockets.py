"""Who may open a WebSocket: sessions bound to the host's account, and single-use tickets."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions.members import remove_member
from accounts.actions.socket_tickets import issue_socket_ticket
from accounts.actions.token_families import end_family
from accounts.models import Account, Membership, SocketTicket, User
from accounts.sockets import SocketPass, open_socket, renewed_passes
from hummdesk.errors import NotAMember, NotAuthenticated
from hummdesk.events.actor import Actor
from tests.accounts.api.clients import client_at, problem, sign_in
from tests.fixtures.cast import ApiOf, ClientOf, RestoringClient, proof_of

TICKET = "/api/v1/auth/ws-ticket"
# Channels closes the connection after each database call, and a transaction of the test with it.
pytestmark = pytest.mark.usefixtures("committed")


def _ticket(user: User, account: Account) -> str:
    return issue_socket_ticket(user=user, account=account, proof=proof_of(user, account))


def _open(account: Account | None, *, client: RestoringClient | None = None, query: str = "") -> Membership:
    cookies = {"sessionid": client.cookies["sessionid"].value} if client is not None else {}
    scope: dict[str, Any] = {"account": account, "query_string": query.encode(), "cookies": cookies}
    return async_to_sync(open_socket)(scope).membership


def test_session_of_the_host_opens(client_of: ClientOf, agent: User, acme: Account) -> None:
    membership = _open(acme, client=client_of(agent))

    assert (membership.user, membership.account) == (agent, acme)


def test_visitor_is_not_signed_in(acme: Account) -> None:
    with pytest.raises(NotAuthenticated):
        _open(acme)


@pytest.mark.parametrize("place", ["nordhem", "platform"])
def test_session_of_another_place_is_not_signed_in(
    client_of: ClientOf, agent: User, acme: Account, nordhem: Account, place: str
) -> None:
    client = client_of(agent, at=nordhem if place == "nordhem" else None)

    with pytest.raises(NotAuthenticated):
        _open(acme, client=client)


def test_session_with_an_old_password_is_not_signed_in(client_of: ClientOf, agent: User, acme: Account) -> None:
    client = client_of(agent)
    agent.set_password("another-long-password")
    agent.save()

    with pytest.raises(NotAuthenticated):
        _open(acme, client=client)


def test_session_of_a_removed_member_is_no_member(client_of: ClientOf, agent: User, acme: Account) -> None:
    client = client_of(agent)
    remove_member(account=acme, user_id=agent.id, actor=Actor.system())

    with pytest.raises(NotAMember):
        _open(acme, client=client)


def test_visitor_of_the_platform_is_not_signed_in() -> None:
    with pytest.raises(NotAuthenticated):
        _open(None)


def test_platform_has_no_members(client_of: ClientOf, agent: User) -> None:
    with pytest.raises(NotAMember):
        _open(None, client=client_of(agent, at=None))


def test_ticket_from_the_api_opens_once(api_of: ApiOf, agent: User, acme: Account) -> None:
    answer = api_of(agent, at=None).post(TICKET)
    query = f"ticket={answer.json()['ticket']}&format=json"

    first = _open(acme, query=query)

    assert (answer.status_code, answer.json()["expires_in_s"]) == (201, 30)
    assert first.user == agent
    with pytest.raises(NotAuthenticated):
        _open(acme, query=query)


def test_ticket_expires(agent: User, acme: Account) -> None:
    ticket = _ticket(agent, acme)
    SocketTicket.objects.update(expires_at="2026-01-01T00:00Z")

    with pytest.raises(NotAuthenticated):
        _open(acme, query=f"ticket={ticket}")


def test_ticket_of_another_account_opens_nothing_and_is_not_spent(
    agent: User, acme: Account, nordhem: Account
) -> None:
    ticket = _ticket(agent, acme)

    with pytest.raises(NotAuthenticated):
        _open(nordhem, query=f"ticket={ticket}")

    assert _open(acme, query=f"ticket={ticket}").user == agent


def test_ticket_of_a_removed_member_opens_nothing(agent: User, acme: Account) -> None:
    ticket = _ticket(agent, acme)
    remove_member(account=acme, user_id=agent.id, actor=Actor.system())

    with pytest.raises(NotAMember):
        _open(acme, query=f"ticket={ticket}")


def test_bad_ticket_does_not_fall_back_to_the_session(client_of: ClientOf, agent: User, acme: Account) -> None:
    with pytest.raises(NotAuthenticated):
        _open(acme, client=client_of(agent), query="ticket=wrong")


def test_ticket_names_the_account_on_the_platforms_host(agent: User, acme: Account) -> None:
    found = _open(None, query=f"ticket={_ticket(agent, acme)}")

    assert (found.user, found.account) == (agent, acme)


@pytest.mark.parametrize("word", ["", "\x00", "a'; --", "wrong"])
def test_session_key_that_is_none_is_not_signed_in(acme: Account, word: str) -> None:
    scope = {"account": acme, "query_string": b"", "cookies": {"sessionid": word}}

    with pytest.raises(NotAuthenticated):
        async_to_sync(open_socket)(scope)


def test_passes_are_renewed_each_for_itself(
    client_of: ClientOf, agent: User, admin: User, leader: User, acme: Account
) -> None:
    passes = [_pass_by_session(client_of(user), acme) for user in (agent, admin, leader)]
    by_ticket = async_to_sync(open_socket)(
        {"account": acme, "query_string": f"ticket={_ticket(agent, acme)}".encode(), "cookies": {}}
    )
    Session.objects.get(session_key=passes[1].proof.session_key).delete()
    remove_member(account=acme, user_id=leader.id, actor=Actor.system())
    assert by_ticket.proof.family_id is not None
    end_family(by_ticket.proof.family_id)

    first, second, third, fourth = renewed_passes(acme, [*passes, by_ticket])

    assert isinstance(first, SocketPass)
    assert first.membership.user == agent
    assert isinstance(second, NotAuthenticated)
    assert isinstance(third, NotAMember)
    assert isinstance(fourth, NotAuthenticated)


def _pass_by_session(client: RestoringClient, account: Account) -> SocketPass:
    cookies = {"sessionid": client.cookies["sessionid"].value}
    return async_to_sync(open_socket)({"account": account, "query_string": b"", "cookies": cookies})


def test_ticket_needs_an_account(operator: User) -> None:
    answer = client_at(token=sign_in(operator, account="")["access"]).post(TICKET)

    assert problem(answer) == (403, "permission_denied")


def test_renewing_costs_the_same_for_1_and_30_sockets(client_of: ClientOf, agent: User, acme: Account) -> None:
    by_session = _pass_by_session(client_of(agent), acme)
    query = f"ticket={_ticket(agent, acme)}".encode()
    by_ticket = async_to_sync(open_socket)({"account": acme, "query_string": query, "cookies": {}})
    costs = []
    for count in (1, 30):
        with CaptureQueriesContext(connection) as statements:
            renewed_passes(acme, [by_session, by_ticket] * count)
        costs.append(len(statements))

    assert costs[0] == costs[1] <= 5
