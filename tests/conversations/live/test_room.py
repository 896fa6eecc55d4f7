import json
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

from accounts.actions.members import change_role, remove_member
from accounts.enums import Role
from accounts.models import Account, User
from conversations.actions.change_conversation import change_conversation
from conversations.actions.mark_read import mark_read
from conversations.live.room import RIGHTS_TRUSTED_S, TICK_S
from hummdesk.events.actor import Actor, ActorKind
from hummdesk.events.models import LoggedEvent
from hummdesk.events.queries import last_seq
from hummdesk.live.nudges import wake_sockets
from hummdesk.live.sockets import BURST, QUEUE_MOST
from hummdesk.tenancy.context import account_context
from teams.models import TeamMember
from tests.accounts.api.clients import client_at
from tests.accounts.api.clients import sign_in as sign_in_api
from tests.conversations.conftest import ViewerOf
from tests.factories import make_conversation, make_team
from tests.fixtures.cast import ApiOf
from tests.fixtures.live import WAIT_S, Listen, LiveServer, closed_with, is_listening, next_event, web_process

MOST_SOCKETS = 3


def log_changes(account: Account, conversation_id: object, count: int) -> list[int]:
    """The log says this many times that the conversation has changed; returns the `seq` of each."""
    data = {"conversation_id": str(conversation_id), "status": "pending"}
    row = {"type": "ConversationStatusChanged", "actor_kind": ActorKind.SYSTEM, "data": data}
    rows = LoggedEvent.objects.bulk_create(LoggedEvent(**row) for _number in range(count))
    wake_sockets(account.schema_name)
    return [row.seq for row in rows]


@pytest.fixture
def few_sockets(monkeypatch: pytest.MonkeyPatch, live: LiveServer) -> Iterator[LiveServer]:
    """A web process where nobody has more than a few sockets."""
    monkeypatch.setenv("HUMMDESK_SOCKETS_PER_USER", str(MOST_SOCKETS))
    with web_process() as (server, _process):
        yield server


def ticket_at(api_of: ApiOf, user: User) -> str:
    """Return a ticket that was made with a token at the platform's host."""
    answer = api_of(user, at=None).post("/api/v1/auth/ws-ticket")
    assert answer.status_code == 201, answer.content
    return str(answer.json()["ticket"])


def test_ticket_opens_a_socket_on_the_platforms_host(
    listen: Listen, acme: Account, api_of: ApiOf, agent: User
) -> None:
    conversation = make_conversation()

    for path in ("/ws/inbox", f"/ws/conversations/{conversation.display_id}"):
        with listen(path=f"{path}?format=json&ticket={ticket_at(api_of, agent)}", host="localhost") as client_socket:
            assert is_listening(client_socket)
            [seq] = log_changes(acme, conversation.id, 1)
            assert json.loads(client_socket.recv(WAIT_S))["seq"] == seq


@pytest.mark.parametrize("query", ["", "&ticket=wrong"])
def test_platforms_host_opens_nothing_without_a_ticket(listen: Listen, admin: User, query: str) -> None:
    with listen(admin, path=f"/ws/inbox?format=json{query}", host="localhost") as client_socket:
        assert closed_with(client_socket) in {4401, 4403}


def test_foreign_page_is_closed_out_on_the_platforms_host(listen: Listen, api_of: ApiOf, agent: User) -> None:
    path = f"/ws/inbox?ticket={ticket_at(api_of, agent)}"
    with listen(path=path, host="localhost", origin="http://acme.localhost") as client_socket:
        assert closed_with(client_socket) == 4403


def test_resuming_among_concurrent_commits_misses_nothing_and_doubles_nothing(
    listen: Listen, acme: Account, admin: User, viewer_as: ViewerOf
) -> None:
    conversation, viewer, since = make_conversation(), viewer_as(admin), last_seq()

    def work() -> None:
        with account_context(acme):
            for number in range(25):
                change_conversation(
                    viewer=viewer,
                    conversation_id=conversation.id,
                    changes={"subject": f"{threading.get_ident()} {number}"},
                )
        connection.close()

    workers = [threading.Thread(target=work) for _number in range(3)]
    for worker in workers:
        worker.start()
    heard: list[int] = []
    for _number in range(6):
        resume = heard[-1] if heard else since
        with listen(admin, path=f"/ws/inbox?format=json&since={resume}") as client_socket:
            heard += [next_event(client_socket, "conversation.updated")["seq"] for _event in range(8)]
    for worker in workers:
        worker.join()
    with listen(admin, path=f"/ws/inbox?format=json&since={heard[-1]}") as client_socket:
        while heard[-1] < last_seq():
            heard.append(next_event(client_socket, "conversation.updated")["seq"])

    said = LoggedEvent.objects.filter(seq__gt=since, type="ConversationSubjectChanged").order_by("seq")
    assert heard == list(said.values_list("seq", flat=True))
    assert len(heard) == 75


def test_too_much_or_too_long_ago_is_a_resync(listen: Listen, acme: Account, admin: User) -> None:
    conversation, since = make_conversation(), last_seq()
    log_changes(acme, conversation.id, 501)

    with listen(admin, path=f"/ws/inbox?format=json&since={since}") as client_socket:
        event = json.loads(client_socket.recv(WAIT_S))
    with listen(admin, path=f"/ws/inbox?format=json&since={last_seq() + 5}") as client_socket:
        ahead = json.loads(client_socket.recv(WAIT_S))

    assert (event["type"], event["seq"], event["conversation_id"]) == ("resync", last_seq(), None)
    assert ahead["type"] == "resync"


def test_mark_as_read_is_told_to_the_reader_alone(
    listen: Listen, acme: Account, admin: User, leader: User, viewer_as: ViewerOf
) -> None:
    conversation = make_conversation(messages=1)

    with listen(admin) as own, listen(leader) as other:
        assert is_listening(own)
        assert is_listening(other)
        mark_read(viewer=viewer_as(admin), conversation_id=conversation.id)
        log_changes(acme, conversation.id, 1)
        heard = [json.loads(own.recv(WAIT_S))["type"], json.loads(other.recv(WAIT_S))["type"]]

    assert heard == ["conversation.read", "conversation.updated"]


def test_conversation_that_leaves_the_team_closes_its_socket_and_leaves_the_list(
    listen: Listen, agent: User, admin: User, viewer_as: ViewerOf
) -> None:
    conversation = make_conversation(team=make_team(agents=[agent]))
    elsewhere = make_team()

    with listen(agent) as inbox, listen(agent, path=f"/ws/conversations/{conversation.id}?format=json") as one:
        assert is_listening(inbox)
        assert is_listening(one)
        change_conversation(
            viewer=viewer_as(admin), conversation_id=conversation.id, changes={"team_id": elsewhere.id}
        )
        nudge = json.loads(inbox.recv(WAIT_S))
        code = closed_with(one)

    assert (nudge["type"], nudge["conversation_id"], nudge["data"]) == ("conversation.assigned", None, {})
    assert code == 4404


def test_smaller_role_closes_what_it_may_not_see_at_once(listen: Listen, acme: Account, leader: User) -> None:
    hidden, seen = make_conversation(team=make_team()), make_conversation()

    with listen(leader) as inbox, listen(leader, path=f"/ws/conversations/{hidden.id}?format=json") as one:
        assert is_listening(inbox)
        assert is_listening(one)
        change_role(account=acme, user_id=leader.id, role=Role.AGENT, actor=Actor.system())
        code = closed_with(one)
        log_changes(acme, hidden.id, 1)
        log_changes(acme, seen.id, 1)
        nudge = json.loads(inbox.recv(WAIT_S))

    assert code == 4404
    assert nudge["conversation_id"] == str(seen.id)


def test_agent_who_leaves_a_team_hears_no_more_of_it_within_seconds(
    listen: Listen, acme: Account, agent: User
) -> None:
    team = make_team(agents=[agent])
    conversation = make_conversation(team=team)

    with listen(agent, path=f"/ws/conversations/{conversation.id}?format=json") as one:
        assert is_listening(one)
        TeamMember.objects.filter(team=team, agent_id=agent.id).delete()
        start = time.monotonic()
        code = closed_with(one)

    assert code == 4404
    assert time.monotonic() - start < RIGHTS_TRUSTED_S + TICK_S + 1


def test_removed_member_gets_nothing_of_what_comes_after(listen: Listen, acme: Account, leader: User) -> None:
    conversation = make_conversation()

    with listen(leader) as client_socket:
        assert is_listening(client_socket)
        remove_member(account=acme, user_id=leader.id, actor=Actor.system())
        log_changes(acme, conversation.id, 3)

        assert closed_with(client_socket) == 4403


def test_socket_of_a_ticket_ends_with_the_sign_in_that_made_it(listen: Listen, acme: Account, agent: User) -> None:
    tokens = sign_in_api(agent)

    client = client_at(token=tokens["access"])
    ticket = client.post("/api/v1/auth/ws-ticket").json()["ticket"]

    with listen(path=f"/ws/inbox?format=json&ticket={ticket}") as client_socket:
        assert is_listening(client_socket)
        start = time.monotonic()
        client_at().post("/api/v1/auth/token/revoke", {"refresh": tokens["refresh"]})
        code = closed_with(client_socket)

    assert code == 4401
    assert time.monotonic() - start < TICK_S


def test_signing_out_closes_the_session_sockets_at_once(
    listen: Listen, acme: Account, live: LiveServer, admin: User
) -> None:
    with listen(admin) as client_socket:
        assert is_listening(client_socket)
        client = Client(headers={"host": "acme.localhost"})
        assert client_socket.request is not None
        client.cookies["sessionid"] = client_socket.request.headers["Cookie"].split("sessionid=")[1].split(";")[0]
        start = time.monotonic()
        client.post("/account/logout/")
        code = closed_with(client_socket)

    assert code == 4401
    assert time.monotonic() - start < TICK_S


def test_newest_sockets_of_a_user_stay(few_sockets: LiveServer, listen: Listen, admin: User, agent: User) -> None:
    with listen(admin, server=few_sockets) as first, listen(agent, server=few_sockets) as somebody:
        assert is_listening(first)
        with (
            listen(admin, server=few_sockets) as second,
            listen(admin, server=few_sockets) as third,
            listen(admin, server=few_sockets) as fourth,
        ):
            code = closed_with(first)
            still_there = [is_listening(one) for one in (second, third, fourth, somebody)]

    assert code == 4429
    assert still_there == [True] * 4


def test_slow_reader_is_closed_and_holds_nobody_up(listen: Listen, acme: Account, admin: User, leader: User) -> None:
    conversation = make_conversation()
    count = 12 * QUEUE_MOST

    with listen(admin, receive_bytes=1024) as slow, listen(leader) as quick:
        assert is_listening(slow)
        assert is_listening(quick)
        seqs = log_changes(acme, conversation.id, count)
        heard = [next_event(quick, "conversation.updated", timeout_s=20)["seq"] for _event in range(count)]
        [seq] = log_changes(acme, conversation.id, 1)
        start = time.monotonic()
        latest = next_event(quick, "conversation.updated")["seq"]
        took_s = time.monotonic() - start
        code = closed_with(slow)

    assert heard == seqs
    assert latest == seq
    assert took_s < 1
    assert code == 1013


def test_client_that_talks_too_much_is_not_heard(listen: Listen, admin: User) -> None:
    with listen(admin) as client_socket:
        for _number in range(3 * BURST):
            client_socket.send('{"type": "ping"}')
        time.sleep(1)
        pongs = 0
        while True:
            try:
                client_socket.recv(0.5)
            except TimeoutError:
                break
            pongs += 1

    assert BURST <= pongs < 2 * BURST


def test_fragment_escapes_its_data(listen: Listen, acme: Account, admin: User) -> None:
    conversation = make_conversation()
    with listen(admin, path="/ws/inbox") as client_socket:
        assert is_listening(client_socket)
        LoggedEvent.objects.create(
            type="ConversationSubjectChanged",
            actor_kind=ActorKind.SYSTEM,
            data={"conversation_id": str(conversation.id), "subject": '"><img src=x onerror=alert(1)>'},
        )
        wake_sockets(acme.schema_name)
        fragment = str(client_socket.recv(WAIT_S))

    assert "<img" not in fragment
    assert '\\"' not in fragment
