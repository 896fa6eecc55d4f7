import pytest

from accounts.models import Account, User
from conversations.enums import MessageKind
from conversations.models import Conversation, FirstMessageDraft, Message
from email_channel.models import EmailMessage, Mailbox
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import account_context
from tests.factories import make_mailbox, make_message
from tests.fixtures.cast import ApiOf, ClientOf

URL = "/conversations/new"
DRAFT_URL = "/api/v1/drafts/new"


@pytest.fixture
def given(acme: Account) -> dict[str, str]:
    mailbox = make_mailbox(acme, "support@acme.example", name="Acme Support")
    return {"mailbox": str(mailbox.id), "to": "Ada <ada@x.example>", "subject": "Your order", "body": "It is ready."}


def test_conversation_new_asks_for_what_a_mail_needs(client_of: ClientOf, agent: User, given: dict[str, str]) -> None:
    page = client_of(agent).get(f"{URL}?to=ada@x.example")

    assert page.status_code == 200
    assert "Acme Support &lt;support@acme.example&gt;" in page.content.decode()
    assert 'value="ada@x.example"' in page.content.decode()


def test_conversation_new_opens_a_conversation_and_mails_its_first_message(
    client_of: ClientOf, agent: User, acme: Account, given: dict[str, str]
) -> None:
    Account.objects.filter(id=acme.id).update(settings={"undo_send_s": 10})
    client = client_of(agent)

    answer = client.post(URL, given | {"to": "ada@x.example, bob@x.example"})

    message = Message.objects.get(kind=MessageKind.REPLY)
    conversation = message.conversation
    assert answer.status_code == 303
    assert answer["Location"] == f"/conversations/{conversation.display_id}?view=mine&sent={message.id}"
    assert (conversation.contact.email, conversation.assignee_id) == ("ada@x.example", agent.id)
    assert (message.cc, conversation.subject) == (["bob@x.example"], "Your order")
    assert f"/messages/{message.id}/undo" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"to": ""}, "Say who is to get it."),
        ({"to": "nobody"}, "nobody is no e-mail address."),
        ({"subject": ""}, "Give it a subject."),
        ({"body": " "}, "Write something first."),
    ],
)
def test_conversation_new_comes_back_with_its_words(
    client_of: ClientOf, agent: User, given: dict[str, str], change: dict[str, str], said: str
) -> None:
    answer = client_of(agent).post(URL, {"cc": "bob@x.example", **given, **change})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert 'value="bob@x.example"' in answer.content.decode()
    assert not Conversation.objects.exists()


def test_conversation_new_leaves_from_no_mailbox_of_another_account(
    client_of: ClientOf, agent: User, nordhem: Account, given: dict[str, str]
) -> None:
    with account_context(nordhem):
        foreign = make_mailbox(nordhem, "support@nordhem.example")

    answer = client_of(agent).post(URL, given | {"mailbox": str(foreign.id)})

    assert answer.status_code == 422
    assert not EmailMessage.objects.exists()


def test_conversation_new_says_when_there_is_no_mailbox(client_of: ClientOf, agent: User) -> None:
    Mailbox.objects.all().delete()

    assert "Connect a mailbox" in client_of(agent).get(URL).content.decode()


def test_conversation_new_shows_what_was_begun_on_another_device(
    client_of: ClientOf, api_of: ApiOf, agent: User, leader: User, given: dict[str, str]
) -> None:
    written = {"to": ["ada@x.example"], "subject": "Your order", "body_text": "It is", "mailbox_id": given["mailbox"]}
    saved = api_of(agent).put(DRAFT_URL, written)

    mine, theirs = client_of(agent).get(URL).content.decode(), client_of(leader).get(URL).content.decode()

    assert saved.json()["version"] == 1
    assert 'value="Your order"' in mine
    assert "It is</textarea>" in mine
    assert 'data-draft-version="1"' in mine
    assert "Your order" not in theirs
    assert api_of(leader).get(DRAFT_URL).status_code == 404


def test_first_draft_keeps_its_version_and_says_what_is_wrong(api_of: ApiOf, agent: User, acme: Account) -> None:
    client = api_of(agent)
    client.put(DRAFT_URL, {"subject": "One"})

    assert client.put(DRAFT_URL, {"subject": "Two", "version": 1}).json()["version"] == 2
    assert client.put(DRAFT_URL, {"subject": "Three", "version": 1}).status_code == 409
    assert client.put(DRAFT_URL, {"to": ["nobody"]}).status_code == 422
    assert client.get(DRAFT_URL).json()["subject"] == "Two"
    assert client.delete(DRAFT_URL).status_code == 204
    assert client.get(DRAFT_URL).status_code == 404


def test_sent_first_message_leaves_no_draft(
    client_of: ClientOf, api_of: ApiOf, agent: User, given: dict[str, str]
) -> None:
    api_of(agent).put(DRAFT_URL, {"subject": "Your order"})

    client_of(agent).post(URL, given)

    assert not FirstMessageDraft.objects.exists()


def test_undo_of_a_first_message_makes_it_a_draft_and_the_conversation_is_gone(
    client_of: ClientOf, agent: User, acme: Account, given: dict[str, str]
) -> None:
    Account.objects.filter(id=acme.id).update(settings={"undo_send_s": 10})
    client = client_of(agent)
    client.post(URL, given | {"to": "ada@x.example, bob@x.example"})
    message = Message.objects.get(kind=MessageKind.REPLY)

    undone = client.post(f"/messages/{message.id}/undo")

    assert (undone.status_code, undone["Location"]) == (303, URL)
    assert not Conversation.objects.exists()
    assert LoggedEvent.objects.filter(type="ConversationTakenBack").count() == 1
    draft = FirstMessageDraft.objects.get()
    assert (draft.subject, draft.to, draft.cc) == ("Your order", ["ada@x.example"], ["bob@x.example"])
    assert (str(draft.mailbox_id), draft.body_text) == (given["mailbox"], "It is ready.")


def test_undo_keeps_a_conversation_in_which_somebody_wrote_meanwhile(
    client_of: ClientOf, agent: User, acme: Account, given: dict[str, str]
) -> None:
    Account.objects.filter(id=acme.id).update(settings={"undo_send_s": 10})
    client = client_of(agent)
    client.post(URL, given | {"to": "ada@x.example"})
    message = Message.objects.get(kind=MessageKind.REPLY)
    make_message(message.conversation)

    client.post(f"/messages/{message.id}/undo")

    assert Conversation.objects.count() == 1
    assert not FirstMessageDraft.objects.exists()
