"""What is done to one message, and who may."""

import pytest

from accounts.models import Account, User
from conversations.enums import MessageKind
from conversations.models import Conversation, Message
from hummdesk.safe_html import sanitise_html
from tests.factories import agent_of, make_conversation, make_message, make_team
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true", "HX-Target": "conversation"}
PICTURE = '<p>Hello</p><img src="https://pictures.example/a.png" alt="A">'


@pytest.fixture
def conversation(acme: Account) -> Conversation:
    return make_conversation(messages=2)


@pytest.fixture
def with_picture(conversation: Conversation) -> Message:
    return make_message(conversation, body_html=sanitise_html(PICTURE))


def test_pictures_of_the_web_are_shown_once(client_of: ClientOf, admin: User, with_picture: Message) -> None:
    client = client_of(admin)
    url = f"/conversations/{with_picture.conversation.display_id}"

    before = client.get(url).content.decode()
    once = client.get(f"/messages/{with_picture.id}?pictures=1", headers=HTMX).content.decode()
    page = client.get(f"/messages/{with_picture.id}?pictures=1", follow=True).content.decode()
    after = client.get(url).content.decode()

    assert "1 picture from the web not loaded" in before
    assert "remote-image" not in before + after
    assert "/remote-image?signature=" in once
    assert "/remote-image?signature=" in page


def test_pictures_are_shown_for_good(client_of: ClientOf, admin: User, with_picture: Message) -> None:
    answer = client_of(admin).post(f"/messages/{with_picture.id}/pictures", headers=HTMX)

    with_picture.contact.refresh_from_db()  # type: ignore[union-attr]  # an incoming message has one
    assert with_picture.contact.shows_remote_images  # type: ignore[union-attr]
    assert "/remote-image?signature=" in answer.content.decode()


def test_pictures_of_an_agents_message_are_nobodys_to_allow(
    client_of: ClientOf, admin: User, conversation: Conversation
) -> None:
    note = make_message(conversation, kind=MessageKind.NOTE, agent=agent_of(admin))

    assert client_of(admin).post(f"/messages/{note.id}/pictures").status_code == 404


def test_message_has_an_address_that_leads_to_its_place(
    client_of: ClientOf, admin: User, conversation: Conversation
) -> None:
    message = conversation.messages.earliest("created_at")

    answer = client_of(admin).get(f"/messages/{message.id}")

    assert answer["Location"].startswith(f"/conversations/{conversation.display_id}?")
    assert answer["Location"].endswith(f"#message-{message.id}")


def test_menu_offers_what_the_reader_may_do(
    client_of: ClientOf, admin: User, agent: User, conversation: Conversation
) -> None:
    note = make_message(conversation, kind=MessageKind.NOTE, agent=agent_of(agent))
    customers = conversation.messages.earliest("created_at")

    own = client_of(agent).get(f"/messages/{note.id}/menu", headers=HTMX).content.decode()
    others = client_of(admin).get(f"/messages/{note.id}/menu", headers=HTMX).content.decode()
    incoming = client_of(agent).get(f"/messages/{customers.id}/menu", headers=HTMX).content.decode()

    assert ("Edit" in own, "Delete note" in own) == (True, True)
    assert ("Edit" in others, "Delete note" in others) == (False, True)
    assert ("Forward this" in incoming, "Split off from here" in incoming, "Delete" in incoming) == (True, True, False)


def test_edit_that_changes_no_word_keeps_the_marks(
    client_of: ClientOf, admin: User, conversation: Conversation
) -> None:
    client = client_of(admin)
    note = make_message(
        conversation,
        kind=MessageKind.NOTE,
        agent=agent_of(admin),
        body_html="<p><b>One</b></p><p>Two</p>",
        body_text="One\nTwo",
    )

    client.post(f"/messages/{note.id}/edit", {"body": "One\r\nTwo"})
    note.refresh_from_db()
    assert ("<b>One</b>" in note.body_html, note.body_text.split()) == (True, ["One", "Two"])

    client.post(f"/messages/{note.id}/edit", {"body": "One\r\nThree"})
    note.refresh_from_db()
    assert note.body_text == "One\nThree"


def test_delete_takes_a_note_away(client_of: ClientOf, admin: User, conversation: Conversation) -> None:
    note = make_message(conversation, kind=MessageKind.NOTE, agent=agent_of(admin), body_text="Gone soon")

    answer = client_of(admin).post(f"/messages/{note.id}/delete", headers=HTMX)

    assert answer.status_code == 200
    assert "Gone soon" not in answer.content.decode()
    note.refresh_from_db()
    assert note.deleted_at is not None


def test_delete_of_anothers_note_needs_the_permission(
    client_of: ClientOf, admin: User, agent: User, conversation: Conversation
) -> None:
    note = make_message(conversation, kind=MessageKind.NOTE, agent=agent_of(admin))

    assert client_of(agent).post(f"/messages/{note.id}/delete").status_code == 403
    note.refresh_from_db()
    assert note.deleted_at is None


def test_split_moves_the_message_and_those_after_it(
    client_of: ClientOf, admin: User, conversation: Conversation
) -> None:
    second, third = conversation.messages.latest("created_at"), make_message(conversation)

    answer = client_of(admin).post(f"/messages/{second.id}/split", headers=HTMX)

    new = Conversation.objects.latest("display_id")
    assert f"Split off as #{new.display_id}" in answer.content.decode()
    assert set(new.messages.values_list("id", flat=True)) == {second.id, third.id}


def test_merge_lists_the_customers_others_and_finds_by_number_and_subject(
    client_of: ClientOf, admin: User, conversation: Conversation
) -> None:
    same = make_conversation(contact=conversation.contact, subject="Same customer", messages=1)
    other = make_conversation(subject="Oak panels", messages=1)
    client = client_of(admin)
    url = f"/conversations/{conversation.display_id}/merge"

    plain, by_number, by_words = (
        client.get(f"{url}?find={text}").content.decode() for text in ("", f"%23{other.display_id}", "oak")
    )

    assert (same.subject in plain, other.subject in plain) == (True, False)
    assert other.subject in by_number
    assert (other.subject in by_words, same.subject in by_words) == (True, False)


def test_merge_opens_what_it_went_into(client_of: ClientOf, admin: User, conversation: Conversation) -> None:
    target = make_conversation(contact=conversation.contact, messages=1)

    answer = client_of(admin).post(
        f"/conversations/{conversation.display_id}/merge?view=all", {"into": target.display_id}, headers=HTMX
    )

    assert answer["HX-Push-Url"] == f"/conversations/{target.display_id}?view=all"
    assert f"Merged into #{target.display_id}" in answer.content.decode()
    assert target.messages.count() == 3


@pytest.mark.parametrize(
    "path", ["", "/menu", "/edit", "/delete", "/pictures", "/split", "/mail", "/original", "/retry"]
)
def test_message_of_another_team_is_not_found(client_of: ClientOf, agent: User, acme: Account, path: str) -> None:
    message = make_conversation(team=make_team(), messages=2).messages.latest("created_at")
    send = client_of(agent).get if path in {"", "/menu", "/edit", "/mail", "/original"} else client_of(agent).post

    assert send(f"/messages/{message.id}{path}").status_code == 404
