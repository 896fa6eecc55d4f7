"""The mail behind a message."""

import pytest

from accounts.models import Account, User
from conversations.enums import DeliveryState, MessageKind
from conversations.models import Message
from email_channel.enums import Direction, SendState
from email_channel.models import EmailMessage, Mailbox, OutgoingDelivery
from tests.email_channel.conftest import Receive
from tests.email_channel.mails import SUPPORT
from tests.factories import agent_of, make_conversation, make_message
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true", "HX-Target": "message-menu"}
RAW = (
    f"From: Aino <aino@customers.example>\r\nTo: {SUPPORT}\r\nSubject: Oak\r\nX-Odd: <b>1</b>\r\n"
    "Message-ID: <one@customers.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    "<script>alert(1)</script> Hello\r\n"
)


@pytest.fixture
def received(receive: Receive) -> Message:
    receive(RAW.encode())
    return Message.objects.get()


@pytest.fixture
def sent(mailbox: Mailbox, admin: User) -> Message:
    conversation = make_conversation(messages=1, mailbox_id=mailbox.id)
    reply = make_message(
        conversation, kind=MessageKind.REPLY, agent=agent_of(admin), delivery_state=DeliveryState.FAILED
    )
    email = EmailMessage.objects.create(
        direction=Direction.OUTGOING, mailbox=mailbox, conversation=conversation, conversation_message=reply
    )
    for address, state in (("a@x.example", SendState.SENT), ("b@x.example", SendState.FAILED)):
        OutgoingDelivery.objects.create(email=email, recipient=address, state=state, error="No such user.")
    return reply


def test_original_shows_headers_and_source_as_text(client_of: ClientOf, admin: User, received: Message) -> None:
    page = client_of(admin).get(f"/messages/{received.id}/original").content.decode()

    assert "aino@customers.example" in page
    assert "X-Odd" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_original_is_handed_out_as_a_file(client_of: ClientOf, admin: User, received: Message) -> None:
    answer = client_of(admin).get(f"/messages/{received.id}/original.eml")

    assert answer.getvalue() == RAW.encode()
    assert answer["Content-Type"] == "message/rfc822"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_menu_says_why_it_is_here_and_links_the_original(client_of: ClientOf, admin: User, received: Message) -> None:
    piece = client_of(admin).get(f"/messages/{received.id}/mail", headers=HTMX).content.decode()

    assert f'href="/messages/{received.id}/original"' in piece
    assert "Began a conversation" in piece


def test_message_without_a_kept_mail_has_no_original(client_of: ClientOf, admin: User, sent: Message) -> None:
    client = client_of(admin)

    assert "Show original" not in client.get(f"/messages/{sent.id}/mail", headers=HTMX).content.decode()
    assert client.get(f"/messages/{sent.id}/original").status_code == 404
    assert client.get(f"/messages/{sent.id}/original.eml").status_code == 404


def test_deliveries_show_each_recipient(client_of: ClientOf, admin: User, sent: Message) -> None:
    for headers in (HTMX, None):
        page = client_of(admin).get(f"/messages/{sent.id}/deliveries", headers=headers).content.decode()

        assert page.index("a@x.example") < page.index("b@x.example")
        assert "No such user." in page


def test_retry_queues_it_for_whom_it_did_not_reach(client_of: ClientOf, admin: User, sent: Message) -> None:
    answer = client_of(admin).post(
        f"/messages/{sent.id}/retry", headers={"HX-Request": "true", "HX-Target": "conversation"}
    )

    assert answer.status_code == 200
    states = OutgoingDelivery.objects.order_by("recipient").values_list("recipient", "state")
    assert list(states) == [("a@x.example", SendState.SENT), ("b@x.example", SendState.QUEUED)]


@pytest.mark.parametrize("path", ["mail", "original", "original.eml", "deliveries"])
def test_mail_of_another_account_is_not_found(
    client_of: ClientOf, admin: User, nordhem: Account, received: Message, path: str
) -> None:
    assert client_of(None).get(f"/messages/{received.id}/{path}").status_code == 302


@pytest.fixture
def unknown(sent: Message) -> Message:
    """The reply whose second recipient nobody knows of."""
    OutgoingDelivery.objects.filter(recipient="b@x.example").update(state=SendState.UNKNOWN, error="Nobody knows.")
    Message.objects.filter(id=sent.id).update(delivery_state=DeliveryState.UNKNOWN, delivery_error="Nobody knows.")
    return sent


def test_the_thread_asks_what_became_of_an_unknown_one(client_of: ClientOf, admin: User, unknown: Message) -> None:
    page = client_of(admin).get(f"/messages/{unknown.id}", headers=HTMX).content.decode()

    assert "Nobody knows." in page
    assert page.count(f'formaction="/messages/{unknown.id}/settle"') == 2
    assert f"/messages/{unknown.id}/deliveries" in page
    assert "/retry" not in page


@pytest.mark.parametrize(("outcome", "state"), [("arrived", "delivered"), ("send_again", "queued")])
def test_an_unknown_one_is_settled(
    client_of: ClientOf, admin: User, unknown: Message, outcome: str, state: str
) -> None:
    answer = client_of(admin).post(f"/messages/{unknown.id}/settle", {"outcome": outcome})

    assert answer.status_code in (200, 303)
    assert OutgoingDelivery.objects.get(recipient="b@x.example").state == state


def test_every_state_has_its_sign_and_words(client_of: ClientOf, admin: User, sent: Message) -> None:
    for state in SendState:
        OutgoingDelivery.objects.filter(recipient="b@x.example").update(state=state, bounce_kind="")
        page = client_of(admin).get(f"/messages/{sent.id}/deliveries", headers=HTMX).content.decode()

        assert str(state.label) in page
    OutgoingDelivery.objects.update(state=SendState.BOUNCED, bounce_kind="soft")
    assert "may work later" in client_of(admin).get(f"/messages/{sent.id}/deliveries").content.decode()
