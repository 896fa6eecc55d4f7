import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from conversations.enums import MessageKind, Status
from tests.factories import agent_of, make_conversation, make_mailbox, make_message, make_searchable, make_team
from tests.fixtures.cast import ClientOf


def test_inbox_shows_rows_of_the_view(client_of: ClientOf, admin: User) -> None:
    conversation = make_conversation(subject="Oak panels", messages=1)

    page = client_of(admin).get("/inbox?view=unassigned")

    assert page.status_code == 200
    assert f'href="/conversations/{conversation.display_id}?view=unassigned"' in page.content.decode()
    assert "Oak panels" in page.content.decode()


def test_inbox_sends_anonymous_readers_to_sign_in(client_of: ClientOf) -> None:
    answer = client_of(None).get("/inbox?view=all")

    assert answer.status_code == 302
    assert answer["Location"] == "/account/login/?next=%2Finbox%3Fview%3Dall"


def test_inbox_of_an_unknown_view_is_not_found(client_of: ClientOf, admin: User) -> None:
    assert client_of(admin).get("/inbox?view=nonsense").status_code == 404


@pytest.mark.parametrize("partial", ["conversation-list", "sidebar-counts", "more-rows"])
def test_inbox_answers_htmx_with_the_partial_it_asks_for(client_of: ClientOf, admin: User, partial: str) -> None:
    make_conversation(messages=1)

    page = client_of(admin).get("/inbox?view=all", headers={"HX-Request": "true", "HX-Target": partial})

    assert page.status_code == 200
    assert "<html" not in page.content.decode()
    assert {"HX-Request", "HX-Target"} <= {name.strip() for name in page["Vary"].split(",")}


def test_conversation_detail_shows_messages_notes_and_events_in_order(
    client_of: ClientOf, admin: User, agent: User
) -> None:
    conversation = make_conversation(messages=1)
    make_message(conversation, kind=MessageKind.NOTE, agent=agent_of(agent), body_text="For us only")
    client = client_of(admin)
    client.post(f"/conversations/{conversation.display_id}/change", {"status": "pending"})

    page = client.get(f"/conversations/{conversation.display_id}").content.decode()

    assert page.index(conversation.contact.name) < page.index("For us only")
    assert "set the status to <b>Pending</b>" in page


def test_conversation_detail_marks_it_read_for_the_reader(client_of: ClientOf, admin: User) -> None:
    conversation = make_conversation(messages=1)
    client = client_of(admin)
    before = client.get("/inbox?view=all").content.decode()

    client.get(f"/conversations/{conversation.display_id}")

    assert "row unread" in before
    assert "row unread" not in client.get("/inbox?view=all").content.decode()


def test_conversation_detail_of_another_team_is_not_found(client_of: ClientOf, agent: User) -> None:
    conversation = make_conversation(team=make_team())

    assert client_of(agent).get(f"/conversations/{conversation.display_id}").status_code == 404


def test_number_that_no_conversation_can_have_is_404(client_of: ClientOf, admin: User) -> None:
    assert client_of(admin).get(f"/conversations/{2**31}").status_code == 404


def test_conversation_detail_with_many_messages_offers_the_earlier_ones(client_of: ClientOf, admin: User) -> None:
    conversation = make_conversation(messages=60)
    client = client_of(admin)

    short = client.get(f"/conversations/{conversation.display_id}?view=all").content.decode()
    whole = client.get(f"/conversations/{conversation.display_id}?view=all&messages=200").content.decode()

    assert short.count('class="msg in"') == 50
    assert "messages=200" in short
    assert whole.count('class="msg in"') == 60


@pytest.mark.parametrize("rows", [1, 30])
def test_inbox_takes_the_same_queries_whatever_it_shows(
    client_of: ClientOf, admin: User, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        make_conversation(messages=1, team=make_team())
    client = client_of(admin)
    client.get("/inbox?view=all")

    with django_assert_max_num_queries(13):
        client.get("/inbox?view=all")


def test_customer_text_is_escaped_wherever_it_is_shown(client_of: ClientOf, admin: User) -> None:
    payload = "<img src=x onerror=alert(1)>"
    conversation = make_conversation(subject=payload, messages=0)
    conversation.contact.name = payload
    conversation.contact.save()
    make_message(conversation, body_text=payload, body_html="<p>safe</p>")

    page = client_of(admin).get(f"/conversations/{conversation.display_id}?view=all").content.decode()

    assert payload not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_search_finds_within_the_view(client_of: ClientOf, admin: User) -> None:
    oak, paint = (make_conversation(subject=subject, messages=1) for subject in ("Oak panels", "Paint"))
    make_searchable(oak, paint)

    page = client_of(admin).get("/inbox?view=all&q=oak").content.decode()

    assert "Oak panels" in page
    assert "Paint" not in page


def test_closed_view_shows_resolved_and_closed(client_of: ClientOf, admin: User) -> None:
    make_conversation(subject="Done one", status=Status.RESOLVED)
    make_conversation(subject="Open one")

    page = client_of(admin).get("/inbox?view=closed").content.decode()

    assert "Done one" in page
    assert "Open one" not in page


def test_composer_offers_no_reply_without_a_mailbox(client_of: ClientOf, admin: User, acme: Account) -> None:
    without = make_conversation(messages=1)
    with_one = make_conversation(messages=1, mailbox_id=make_mailbox(acme).id)
    client = client_of(admin)

    assert 'data-command="send-resolve"' not in client.get(f"/conversations/{without.display_id}").content.decode()
    assert 'data-command="send-resolve"' in client.get(f"/conversations/{with_one.display_id}").content.decode()
