"""What the provider tells of mail that went out: in any order, late, twice, or before we know the mail."""

from collections.abc import Callable

import pytest

from accounts.models import Account
from conversations.actions.write_message import send_reply
from email_channel.enums import ProviderEventState, SendState
from email_channel.models import Mailbox, OutgoingDelivery
from email_channel.provider.actions.heed_event import TRIES_FOR_UNKNOWN_MAIL
from teams.access import Viewer
from tests.email_channel.conftest import Receive
from tests.email_channel.mails import raw_mail
from tests.email_channel.provider.conftest import Told, one_event, work, work_later
from tests.fixtures.work import RunTasks
from tests.servers.resend import AcceptedMail, FakeResend

Reply = Callable[[], AcceptedMail]


@pytest.fixture
def reply(resend: FakeResend, receive: Receive, viewer: Viewer, run_tasks: RunTasks) -> Reply:
    """Make a function that sends a reply to a customer, up to the provider's ledger."""

    def send() -> AcceptedMail:
        taken_in = receive(raw_mail())
        assert taken_in.conversation_id is not None
        send_reply(viewer=viewer, conversation_id=taken_in.conversation_id, body_text="Hello")
        run_tasks()
        return resend.ledger[-1]

    return send


def state() -> str:
    """Return how the only delivery stands."""
    return OutgoingDelivery.objects.get().state


def test_what_is_told_reaches_the_delivery(resend: FakeResend, reply: Reply, told: Told, acme: Account) -> None:
    mail = reply()
    resend.tell("email.delivered", mail)
    told()

    work()

    assert state() == SendState.DELIVERED


def test_reordered_and_doubled_events_end_the_same(resend: FakeResend, reply: Reply, told: Told) -> None:
    mail = reply()
    resend.tell("email.delivered", mail)
    sent, delivered = resend.webhooks.take()
    told([delivered, sent, delivered])
    work()
    told([sent])

    work()

    assert state() == SendState.DELIVERED


def test_a_bounce_is_told_in_the_servers_words(resend: FakeResend, reply: Reply, told: Told) -> None:
    mail = reply()
    bounce = {"type": "Permanent", "subType": "General", "message": "550 5.1.1 No such user"}
    resend.tell("email.bounced", mail, bounce=bounce)
    told()

    work()

    delivery = OutgoingDelivery.objects.get()
    assert delivery.state == SendState.BOUNCED
    assert "No such user" in delivery.error


def test_an_event_of_a_mail_that_is_none_of_ours_is_given_up(resend: FakeResend, told: Told, mailbox: Mailbox) -> None:
    mail = AcceptedMail("m", "", {"from": f"Acme <{mailbox.address}>", "to": ["a@b.example"], "subject": "x"})
    resend.tell("email.delivered", mail)
    told()

    work()
    assert one_event().state == ProviderEventState.WAITING
    for _ in range(TRIES_FOR_UNKNOWN_MAIL):
        work_later()

    assert one_event().state == ProviderEventState.IGNORED


@pytest.mark.usefixtures("db")
def test_an_event_without_an_account_is_given_up(resend: FakeResend, told: Told) -> None:
    mail = AcceptedMail("m", "", {"from": "x@elsewhere.example", "to": ["a@b.example"], "subject": "x"})
    resend.tell("email.delivered", mail)
    told()

    for _ in range(TRIES_FOR_UNKNOWN_MAIL):
        work_later()

    assert one_event().state == ProviderEventState.IGNORED
