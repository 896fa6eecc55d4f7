"""Why a mail is where it is, whether it belongs elsewhere, and who takes part."""

import pytest

from accounts.models import User
from conversations.models import Conversation, Message
from email_channel.actions.take_in_mail import TakenIn
from tests.email_channel.conftest import Receive, conversation_of, message_of
from tests.email_channel.mails import raw_mail
from tests.factories import make_team
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true", "HX-Target": "message-menu"}
FIRST_ID = "<first@customers.example>"
EVE = "Eve <eve@elsewhere.example>"


@pytest.fixture
def first(receive: Receive) -> TakenIn:
    return receive(raw_mail(message_id=FIRST_ID, headers=(("Cc", "Bob <bob@customers.example>"),)))


@pytest.fixture
def held(receive: Receive, first: TakenIn) -> Message:
    """A stranger's mail that names the first one."""
    return message_of(receive(raw_mail(sender=EVE, headers=(("In-Reply-To", FIRST_ID),))))


def number_of(taken_in: TakenIn) -> int:
    return conversation_of(taken_in).display_id


@pytest.mark.parametrize("headers", [HTMX, None])
def test_why_tells_what_was_matched_and_who_wrote(
    client_of: ClientOf, admin: User, first: TakenIn, held: Message, headers: dict[str, str] | None
) -> None:
    page = client_of(admin).get(f"/messages/{held.id}/why", headers=headers).content.decode()

    assert "&lt;first@customers.example&gt;" in page
    assert "eve@elsewhere.example: takes no part in it" in page
    assert f"Join #{number_of(first)}" in page
    assert "Not checked by our mail server" in page


def test_a_mail_that_joined_can_be_split_off_alone(
    client_of: ClientOf, admin: User, receive: Receive, first: TakenIn
) -> None:
    second, third = (receive(raw_mail(headers=(("In-Reply-To", FIRST_ID),))) for _ in range(2))
    client = client_of(admin)
    assert "Split off this mail" in client.get(f"/messages/{second.message_id}/why", headers=HTMX).content.decode()

    client.post(f"/messages/{second.message_id}/split", {"only": "on"})

    assert message_of(second).conversation_id != first.conversation_id
    assert message_of(third).conversation_id == first.conversation_id
    assert message_of(second).email.conversation_id == message_of(second).conversation_id


def test_an_answer_to_a_mail_that_was_split_off_goes_where_that_is_now(
    client_of: ClientOf, admin: User, receive: Receive, first: TakenIn
) -> None:
    second = receive(raw_mail(message_id="<second@customers.example>", headers=(("In-Reply-To", FIRST_ID),)))
    client_of(admin).post(f"/messages/{second.message_id}/split", {"only": "on"})

    third = receive(raw_mail(headers=(("In-Reply-To", "<second@customers.example>"), ("References", FIRST_ID))))

    assert third.conversation_id == message_of(second).conversation_id


def test_what_was_no_incoming_mail_has_no_why(client_of: ClientOf, admin: User) -> None:
    assert client_of(admin).get("/messages/01a208d8-2320-78d1-8f2f-c0404c0521d9/why").status_code == 404


def test_the_question_stands_at_the_message(client_of: ClientOf, admin: User, first: TakenIn, held: Message) -> None:
    page = client_of(admin).get(f"/conversations/{held.conversation.display_id}").content.decode()

    assert f"Join #{number_of(first)}" in page
    assert f'formaction="/messages/{held.id}/keep-apart"' in page


def test_who_may_not_see_the_other_one_is_not_asked(
    client_of: ClientOf, agent: User, first: TakenIn, held: Message
) -> None:
    Conversation.objects.filter(id=conversation_of(first).id).update(team=make_team())
    client = client_of(agent)

    page = client.get(f"/conversations/{held.conversation.display_id}").content.decode()

    assert "keep-apart" not in page
    assert f"#{number_of(first)}" not in client.get(f"/messages/{held.id}/why").content.decode()
    assert client.post(f"/messages/{held.id}/join").status_code == 404


def test_one_click_joins_and_shows_the_sender_as_unverified(
    client_of: ClientOf, admin: User, first: TakenIn, held: Message
) -> None:
    client = client_of(admin)

    answer = client.post(f"/messages/{held.id}/join", follow=True)

    page = answer.content.decode()
    assert answer.redirect_chain[-1][0].startswith(f"/conversations/{number_of(first)}")
    assert "Unverified" in page
    assert "an agent joined it" in client.get(f"/messages/{held.id}/why", headers=HTMX).content.decode()


def test_reply_all_offers_nobody_whom_a_doubtful_sender_brought(
    client_of: ClientOf, admin: User, receive: Receive, first: TakenIn
) -> None:
    held = receive(raw_mail(sender=EVE, headers=(("In-Reply-To", FIRST_ID), ("Cc", "thief@elsewhere.example"))))
    client = client_of(admin)

    page = client.post(f"/messages/{held.message_id}/join", follow=True).content.decode()

    assert 'data-others="bob@customers.example"' in page


def test_one_click_keeps_apart_and_one_more_takes_that_back(client_of: ClientOf, admin: User, held: Message) -> None:
    client = client_of(admin)
    page = f"/conversations/{held.conversation.display_id}"

    client.post(f"/messages/{held.id}/keep-apart")
    assert "keep-apart" not in client.get(page).content.decode()

    client.post(f"/messages/{held.id}/keep-apart", {"again": "on"})
    assert "keep-apart" in client.get(page).content.decode()


@pytest.mark.parametrize("headers", [HTMX, None])
def test_participants_are_listed_with_what_they_are(
    client_of: ClientOf, admin: User, first: TakenIn, held: Message, headers: dict[str, str] | None
) -> None:
    client = client_of(admin)
    client.post(f"/messages/{held.id}/join")

    page = client.get(f"/conversations/{number_of(first)}/participants", headers=headers).content.decode()

    places = [page.index(word) for word in ("Ada Byron", "Customer", "Bob", "In copy", "Eve", "Unverified")]
    assert places == sorted(places)


def test_a_customer_alone_is_no_list(client_of: ClientOf, admin: User, held: Message) -> None:
    number = held.conversation.display_id

    page = client_of(admin).get(f"/conversations/{number}/participants", headers=HTMX).content.decode()

    assert "Participants" not in page
