import pytest

from accounts.models import Account, User
from conversations.enums import MessageKind
from conversations.models import Conversation, Message
from email_channel.models import EmailMessage, Mailbox
from hummdesk.tenancy.context import account_context
from tests.factories import make_mailbox
from tests.fixtures.cast import ClientOf

URL = "/conversations/new"


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
