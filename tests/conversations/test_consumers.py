import json
import time

import pytest
from django.contrib.sessions.models import Session

from accounts.actions.members import remove_member
from accounts.actions.socket_tickets import issue_socket_ticket
from accounts.models import Account, User
from conversations.actions.assign_conversation import assign_conversation
from conversations.actions.change_status import change_status
from conversations.enums import Status
from conversations.live.room import RIGHTS_TRUSTED_S
from hummdesk.events.actor import Actor
from hummdesk.events.queries import last_seq
from tests.conversations.conftest import ViewerOf
from tests.factories import make_conversation, make_team
from tests.fixtures.cast import proof_of
from tests.fixtures.live import WAIT_S, Listen, closed_with, is_listening


def test_socket_without_a_session_is_closed_with_4401(listen: Listen) -> None:
    with listen() as client_socket:
        assert closed_with(client_socket) == 4401


def test_socket_of_another_accounts_host_is_closed_with_4401(listen: Listen, admin: User) -> None:
    with listen(admin, host="nordhem.localhost") as client_socket:
        assert closed_with(client_socket) == 4401


def test_socket_from_a_foreign_page_is_closed_with_4403(listen: Listen, admin: User) -> None:
    with listen(admin, origin="http://evil.example") as client_socket:
        assert closed_with(client_socket) == 4403


def test_socket_at_an_unknown_host_is_closed_with_4404(listen: Listen, admin: User) -> None:
    with listen(admin, host="nobody.localhost") as client_socket:
        assert closed_with(client_socket) == 4404


def test_socket_of_a_hidden_conversation_is_closed_with_4404(listen: Listen, agent: User) -> None:
    hidden = make_conversation(team=make_team())

    with listen(agent, path=f"/ws/conversations/{hidden.id}?format=json") as client_socket:
        assert closed_with(client_socket) == 4404


def test_change_is_nudged_with_its_seq(listen: Listen, admin: User, viewer_as: ViewerOf) -> None:
    conversation = make_conversation()

    with listen(admin) as client_socket:
        assert is_listening(client_socket)
        change_status(viewer=viewer_as(admin), conversation_id=conversation.id, status=Status.PENDING)
        nudge = json.loads(client_socket.recv(WAIT_S))

    assert nudge["type"] == "conversation.updated"
    assert nudge["conversation_id"] == str(conversation.id)
    assert nudge["seq"] == last_seq()
    assert nudge["at"].endswith("Z")
    assert nudge["data"]["status"] == "pending"


def test_change_is_a_fragment_for_who_asks_for_no_json(listen: Listen, admin: User, viewer_as: ViewerOf) -> None:
    conversation = make_conversation()

    with listen(admin, path="/ws/inbox") as client_socket:
        assert is_listening(client_socket)
        change_status(viewer=viewer_as(admin), conversation_id=conversation.id, status=Status.PENDING)
        fragment = str(client_socket.recv(WAIT_S))

    assert fragment.startswith("<hd-nudge hidden")
    assert str(conversation.id) in fragment


def test_nudges_of_hidden_conversations_stay_away(
    listen: Listen, agent: User, admin: User, viewer_as: ViewerOf
) -> None:
    hidden, seen = make_conversation(team=make_team()), make_conversation()
    leading = viewer_as(admin)

    with listen(agent) as client_socket:
        assert is_listening(client_socket)
        change_status(viewer=leading, conversation_id=hidden.id, status=Status.PENDING)
        change_status(viewer=leading, conversation_id=seen.id, status=Status.PENDING)
        nudge = json.loads(client_socket.recv(WAIT_S))

    assert nudge["conversation_id"] == str(seen.id)


def test_agent_is_told_when_a_conversation_is_taken_from_them(
    listen: Listen, agent: User, admin: User, viewer_as: ViewerOf
) -> None:
    conversation = make_conversation(team=make_team(), assignee_id=agent.id)

    with listen(agent) as client_socket:
        assert is_listening(client_socket)
        assign_conversation(viewer=viewer_as(admin), conversation_id=conversation.id, assignee_id=admin.id)
        nudge = json.loads(client_socket.recv(WAIT_S))

    assert nudge["type"] == "conversation.assigned"
    assert nudge["conversation_id"] is None
    assert nudge["data"] == {}


def test_conversation_socket_gets_only_its_own(listen: Listen, admin: User, viewer_as: ViewerOf) -> None:
    other, own = make_conversation(), make_conversation()
    viewer = viewer_as(admin)

    with listen(admin, path=f"/ws/conversations/{own.display_id}?format=json") as client_socket:
        assert is_listening(client_socket)
        change_status(viewer=viewer, conversation_id=other.id, status=Status.PENDING)
        change_status(viewer=viewer, conversation_id=own.id, status=Status.PENDING)
        nudge = json.loads(client_socket.recv(WAIT_S))

    assert nudge["conversation_id"] == str(own.id)


def test_reconnecting_with_since_gets_what_was_missed(listen: Listen, admin: User, viewer_as: ViewerOf) -> None:
    conversation = make_conversation()
    since = last_seq()
    for status in (Status.PENDING, Status.OPEN):
        change_status(viewer=viewer_as(admin), conversation_id=conversation.id, status=status)

    with listen(admin, path=f"/ws/inbox?format=json&since={since}") as client_socket:
        missed = [json.loads(client_socket.recv(WAIT_S)) for _ in range(2)]

    assert [nudge["data"]["status"] for nudge in missed] == ["pending", "open"]
    assert [nudge["seq"] for nudge in missed] == [last_seq() - 1, last_seq()]


@pytest.mark.parametrize("since", ["x", "-1", "9" * 30])
def test_reconnecting_with_nonsense_asks_for_a_resync(listen: Listen, admin: User, since: str) -> None:
    with listen(admin, path=f"/ws/inbox?format=json&since={since}") as client_socket:
        assert json.loads(client_socket.recv(WAIT_S))["type"] == "resync"


def test_socket_closes_with_4403_when_the_membership_ends(listen: Listen, acme: Account, agent: User) -> None:
    with listen(agent) as client_socket:
        assert is_listening(client_socket)
        remove_member(account=acme, user_id=agent.id, actor=Actor.system())

        assert closed_with(client_socket) == 4403


def test_socket_notices_within_seconds_that_its_user_was_switched_off(
    listen: Listen, agent: User, admin: User, viewer_as: ViewerOf
) -> None:
    conversation = make_conversation()
    viewer = viewer_as(admin)

    with listen(agent) as client_socket:
        assert is_listening(client_socket)
        User.objects.filter(id=agent.id).update(is_active=False)
        time.sleep(RIGHTS_TRUSTED_S)
        change_status(viewer=viewer, conversation_id=conversation.id, status=Status.PENDING)

        assert closed_with(client_socket) == 4401


def test_socket_closes_with_4401_after_signing_out(listen: Listen, admin: User, viewer_as: ViewerOf) -> None:
    conversation = make_conversation()
    viewer = viewer_as(admin)

    with listen(admin) as client_socket:
        assert is_listening(client_socket)
        Session.objects.all().delete()
        time.sleep(RIGHTS_TRUSTED_S)
        change_status(viewer=viewer, conversation_id=conversation.id, status=Status.PENDING)

        assert closed_with(client_socket) == 4401


def test_socket_of_no_kind_is_closed_with_4404(listen: Listen, admin: User) -> None:
    with listen(admin, "/ws/nope") as client_socket:
        assert closed_with(client_socket) == 4404


def test_ticket_opens_one_socket_and_no_second_one(listen: Listen, acme: Account, admin: User) -> None:
    ticket = issue_socket_ticket(user=admin, account=acme, proof=proof_of(admin, acme))

    with listen(path=f"/ws/inbox?format=json&ticket={ticket}") as client_socket:
        assert is_listening(client_socket)
    with listen(path=f"/ws/inbox?format=json&ticket={ticket}") as client_socket:
        assert closed_with(client_socket) == 4401


@pytest.mark.parametrize("message", ["", "null", "[]", "{", '{"type": 1}', "x" * 10_000, "[" * 100_000])
def test_nonsense_from_a_client_is_ignored(listen: Listen, admin: User, message: str) -> None:
    with listen(admin) as client_socket:
        client_socket.send(message)

        assert is_listening(client_socket)
