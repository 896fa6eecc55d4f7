import json
import time

import pytest
from websockets.sync.client import ClientConnection

from accounts.models import User
from conversations.models import Conversation
from tests.factories import make_conversation, make_team
from tests.fixtures.live import Listen, LiveServer, is_listening, next_event, web_process

SHORT_S = 3


def say(client_socket: ClientConnection, state: str) -> None:
    client_socket.send(json.dumps({"type": "presence", "state": state}))


def states(event: dict[str, object]) -> list[tuple[str, str]]:
    data: dict[str, list[dict[str, str]]] = event["data"]  # type: ignore[assignment]
    return [(agent["id"], agent["state"]) for agent in data["agents"]]


def at(conversation: Conversation) -> str:
    return f"/ws/conversations/{conversation.id}?format=json"


@pytest.fixture
def _short_lived(monkeypatch: pytest.MonkeyPatch, live: LiveServer) -> None:
    """Web processes of this test forget who is silent after seconds."""
    monkeypatch.setenv("HUMMDESK_PRESENCE_SECONDS", str(SHORT_S))


def test_viewer_is_seen_in_the_conversation_and_in_the_inbox(listen: Listen, admin: User, leader: User) -> None:
    conversation = make_conversation()

    with (
        listen(admin, at(conversation)) as one,
        listen(leader, at(conversation)) as other,
        listen(leader) as inbox,
    ):
        assert is_listening(other)
        assert is_listening(inbox)
        say(one, "viewing")
        events = [next_event(other, "presence"), next_event(inbox, "presence")]

    for event in events:
        assert event["conversation_id"] == str(conversation.id)
        assert states(event) == [(str(admin.id), "viewing")]
        assert event["data"]["agents"][0]["name"] == admin.name
        assert set(event) == {"type", "conversation_id", "seq", "at", "data"}


def test_leaving_and_the_state_of_several_sockets_are_told(listen: Listen, admin: User, leader: User) -> None:
    conversation = make_conversation()

    with listen(leader) as inbox:
        assert is_listening(inbox)
        with listen(admin, at(conversation)) as one, listen(admin, at(conversation)) as second:
            say(one, "idle")
            idle = next_event(inbox, "presence")
            say(second, "viewing")
            viewing = next_event(inbox, "presence")
        gone = [next_event(inbox, "presence")]
        while gone[-1]["data"]["agents"]:
            gone.append(next_event(inbox, "presence"))

    assert states(idle) == [(str(admin.id), "idle")]
    assert states(viewing) == [(str(admin.id), "viewing")]
    assert gone[-1]["data"] == {"agents": []}


def test_typing_is_told_to_the_others_and_ends(listen: Listen, admin: User, leader: User) -> None:
    conversation = make_conversation()

    with listen(admin, at(conversation)) as one, listen(leader, at(conversation)) as other:
        assert is_listening(other)
        one.send('{"type": "typing"}')
        begun = next_event(other, "typing")
        say(one, "viewing")
        stopped = next_event(other, "typing")
        own = json.loads(one.recv(5))

    assert begun["data"] == {"agent_id": str(admin.id), "name": admin.name, "state": "typing"}
    assert stopped["data"]["state"] == "stopped"
    assert own["type"] == "presence"


def test_newcomer_learns_who_is_there(listen: Listen, admin: User, leader: User) -> None:
    conversation = make_conversation()

    with listen(admin, at(conversation)) as one:
        say(one, "viewing")
        next_event(one, "presence")
        with listen(leader, at(conversation)) as newcomer, listen(leader) as inbox:
            events = [json.loads(newcomer.recv(5)), json.loads(inbox.recv(5))]

    assert [states(event) for event in events] == [[(str(admin.id), "viewing")]] * 2


def test_presence_at_a_hidden_conversation_stays_away(listen: Listen, admin: User, agent: User) -> None:
    hidden, seen = make_conversation(team=make_team()), make_conversation()

    with listen(agent) as inbox, listen(admin, at(hidden)) as one, listen(admin, at(seen)) as other:
        assert is_listening(inbox)
        say(one, "viewing")
        next_event(one, "presence")
        say(other, "viewing")
        event = next_event(inbox, "presence")

    assert event["conversation_id"] == str(seen.id)


@pytest.mark.usefixtures("_short_lived")
def test_silent_viewer_and_the_viewers_of_a_killed_process_vanish(
    listen: Listen, admin: User, leader: User, agent: User
) -> None:
    conversation = make_conversation()

    with (
        web_process() as (steady, _process),
        web_process() as (doomed, process),
        listen(leader, server=steady) as inbox,
    ):
        assert is_listening(inbox)
        with (
            listen(admin, at(conversation), server=doomed) as one,
            listen(agent, at(conversation), server=steady) as two,
        ):
            say(one, "viewing")
            say(two, "viewing")
            while len(next_event(inbox, "presence")["data"]["agents"]) < 2:
                pass
            process.kill()
            process.wait()
            start = time.monotonic()
            while next_event(inbox, "presence", timeout_s=20)["data"]["agents"]:
                if time.monotonic() - start < SHORT_S:
                    say(two, "viewing")
        took_s = time.monotonic() - start

    assert took_s < 20


@pytest.mark.parametrize("message", ['{"type": "presence", "state": "dancing"}', '{"type": "presence", "state": [1]}'])
def test_nonsense_about_presence_is_ignored(listen: Listen, admin: User, message: str) -> None:
    conversation = make_conversation()

    with listen(admin, at(conversation)) as one:
        one.send(message)

        assert is_listening(one)
