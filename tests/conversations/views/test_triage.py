from accounts.models import User
from conversations.enums import Status
from tests.factories import make_conversation, make_team
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true", "HX-Target": "conversation"}


def test_conversation_status_changes_it_and_offers_the_way_back(client_of: ClientOf, admin: User) -> None:
    conversation = make_conversation()

    answer = client_of(admin).post(
        f"/conversations/{conversation.display_id}/status?view=all", {"status": "resolved"}, headers=HTMX
    )

    conversation.refresh_from_db()
    assert answer.status_code == 200
    assert conversation.status == Status.RESOLVED
    assert "Undo" in answer.content.decode()


def test_conversation_status_refuses_what_is_none(client_of: ClientOf, admin: User) -> None:
    conversation = make_conversation()
    client = client_of(admin)

    for value in ("snoozed", "gone", ""):
        answer = client.post(f"/conversations/{conversation.display_id}/status", {"status": value})
        assert answer.status_code == 422
    conversation.refresh_from_db()
    assert conversation.status == Status.OPEN


def test_conversation_assign_to_me_and_to_nobody(client_of: ClientOf, admin: User) -> None:
    conversation = make_conversation()
    client = client_of(admin)
    url = f"/conversations/{conversation.display_id}/assign"

    client.post(url, {"assignee": "me"})
    conversation.refresh_from_db()
    assert conversation.assignee_id == admin.id

    client.post(url, {"assignee": "none"})
    conversation.refresh_from_db()
    assert conversation.assignee_id is None


def test_conversation_assign_to_a_stranger_is_422(client_of: ClientOf, admin: User, stranger: User) -> None:
    conversation = make_conversation()
    client = client_of(admin)

    for value in (str(stranger.id), "x", ""):
        answer = client.post(f"/conversations/{conversation.display_id}/assign", {"assignee": value})
        assert answer.status_code == 422
    conversation.refresh_from_db()
    assert conversation.assignee_id is None


def test_triage_in_another_team_is_not_found(client_of: ClientOf, agent: User) -> None:
    hidden = make_conversation(team=make_team())
    client = client_of(agent)

    assert client.post(f"/conversations/{hidden.display_id}/status", {"status": "closed"}).status_code == 404
    assert client.post(f"/conversations/{hidden.display_id}/assign", {"assignee": "me"}).status_code == 404
    hidden.refresh_from_db()
    assert (hidden.status, hidden.assignee_id) == (Status.OPEN, None)
