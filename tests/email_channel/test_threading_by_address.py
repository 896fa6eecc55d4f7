"""Answers to a conversation's own address: they join by it alone, and nobody joins by it who may not."""

from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Account, User
from conversations.actions.write_message import send_reply
from conversations.models import Conversation, Message
from email_channel.actions.take_in_mail import TakenIn, take_in_mail
from email_channel.enums import Direction, Outcome
from email_channel.models import EmailMessage, IncomingMail, Mailbox, Participant
from email_channel.recipients import route_of
from email_channel.reply_address import make_reply_token, with_token
from email_channel.secrets import reply_token_secret
from email_channel.smtp_intake import accept_mail, is_known_address
from hummdesk.tenancy.context import account_context, current_schema
from teams.access import Viewer
from tests.email_channel.conftest import Receive, conversation_of, email_of, message_of
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.factories import make_mailbox
from tests.fixtures.cast import ClientOf

STRANGER = "Eve <eve@elsewhere.example>"
FAILED = (("Authentication-Results", "mx.acme.example; dmarc=fail header.from=customers.example"),)


@pytest.fixture
def first(receive: Receive) -> TakenIn:
    return receive(raw_mail())


@pytest.fixture
def own_address(first: TakenIn, mailbox: Mailbox, viewer: Viewer) -> str:
    """What the Reply-To of an agent's reply says."""
    Mailbox.objects.filter(id=mailbox.id).update(reply_to_token=True)
    assert first.conversation_id is not None
    send_reply(viewer=viewer, conversation_id=first.conversation_id, body_text="Did you plug it in?")
    return EmailMessage.objects.get(direction=Direction.OUTGOING).reply_to


def address_in(conversation: Conversation, *, account: str = "", of: str = SUPPORT) -> str:
    token = make_reply_token(
        conversation.id, conversation.display_id, account=account or current_schema(), secret=reply_token_secret()
    )
    return with_token(of, token)


def test_an_answer_that_keeps_nothing_but_the_address_joins(
    receive: Receive, first: TakenIn, own_address: str
) -> None:
    answer = receive(raw_mail(to=f"Acme Support <{own_address.upper()}>", subject="It works now"))

    assert (answer.outcome, answer.reason) == (Outcome.APPENDED, "reply_address")
    assert answer.conversation_id == first.conversation_id
    assert email_of(answer).landing == {
        "header": "To",
        "value": own_address.upper().replace("ACME.EXAMPLE", "acme.example"),
        "sender": "customer",
        "mailbox": SUPPORT,
    }


@pytest.mark.parametrize("field", ["Cc", "Delivered-To"])
def test_the_address_may_stand_in_other_fields(receive: Receive, first: TakenIn, own_address: str, field: str) -> None:
    answer = receive(raw_mail(to="Ada <ada@customers.example>", headers=((field, own_address),)))

    assert answer.conversation_id == first.conversation_id
    assert email_of(answer).landing["header"] == field


def test_why_here_names_the_address(
    receive: Receive, first: TakenIn, own_address: str, client_of: ClientOf, agent: User
) -> None:
    answer = receive(raw_mail(to=own_address))

    page = client_of(agent).get(f"/messages/{answer.message_id}/why").content.decode()

    assert "Here because it was sent to the address of this conversation." in page
    assert own_address in page


def test_message_ids_go_before_the_address(receive: Receive, first: TakenIn, own_address: str) -> None:
    other = receive(raw_mail(message_id="<other@customers.example>", subject="The saw"))
    headers = (("In-Reply-To", "<other@customers.example>"),)

    answer = receive(raw_mail(to=own_address, headers=headers))

    assert (answer.reason, answer.conversation_id) == ("known_message_id", other.conversation_id)


def test_the_address_goes_before_a_number_in_the_subject(receive: Receive, first: TakenIn, own_address: str) -> None:
    other = receive(raw_mail(subject="The saw"))

    answer = receive(raw_mail(to=own_address, subject=f"Re: [#{conversation_of(other).display_id}]"))

    assert answer.conversation_id == first.conversation_id


def test_a_stranger_with_the_address_is_asked_about(receive: Receive, first: TakenIn, own_address: str) -> None:
    foreign = receive(raw_mail(sender=STRANGER, to=own_address))

    assert (foreign.outcome, foreign.reason) == (Outcome.CREATED, "foreign_sender")
    assert message_of(foreign).names_conversation_id == first.conversation_id
    assert not Participant.objects.filter(address__contains="elsewhere", conversation=conversation_of(first)).exists()


def test_who_fails_dmarc_does_not_join_by_the_address(
    receive: Receive, first: TakenIn, own_address: str, settings: Any
) -> None:
    settings.MAIL_AUTHENTICATION_SERVERS = ["mx.acme.example"]

    spoofed = receive(raw_mail(to=own_address, headers=FAILED))

    assert spoofed.conversation_id != first.conversation_id
    assert email_of(spoofed).landing["sender"] == "spoofed"


def test_whom_an_unproven_answer_copies_takes_no_part(receive: Receive, first: TakenIn, own_address: str) -> None:
    answer = receive(raw_mail(to=own_address, headers=(("Cc", "mallory@elsewhere.example"),)))

    assert answer.conversation_id == first.conversation_id
    assert not Participant.objects.filter(address="mallory@elsewhere.example").exists()


def test_another_mailboxs_account_and_a_moved_tag_name_nothing(
    receive: Receive, first: TakenIn, acme: Account, nordhem: Account
) -> None:
    conversation = conversation_of(first)
    other = make_mailbox(acme, "sales@acme.example")
    wrong = [
        address_in(conversation, account=nordhem.schema_name),
        address_in(conversation).replace(f"{conversation.display_id}-", f"{conversation.display_id + 1}-"),
        address_in(conversation, of=other.address),
    ]

    landed = [receive(raw_mail(to=address)) for address in wrong]

    assert {one.reason for one in landed} == {"new"}


def test_the_own_address_takes_no_part_when_somebody_answers_all(
    receive: Receive, first: TakenIn, own_address: str
) -> None:
    answer = receive(raw_mail(to=f"{own_address}, Bob <bob@customers.example>", headers=(("Cc", SUPPORT),)))

    assert message_of(answer).cc == ["bob@customers.example"]
    assert not Participant.objects.filter(address__startswith="support").exists()


def test_all_ways_in_take_mail_for_it(
    first: TakenIn, own_address: str, mailbox: Mailbox, acme: Account, tmp_path: Any
) -> None:
    raw = raw_mail(to=own_address)
    (tmp_path / "one.eml").write_bytes(raw_mail(to=own_address))

    known, outcomes = is_known_address(own_address.title()), accept_mail(raw, "ada@customers.example", [own_address])
    call_command("receive_email", str(tmp_path / "one.eml"), "--quiet")
    route = route_of(own_address)

    assert known
    assert [one.is_accepted for one in outcomes] == [True]
    assert route is not None
    assert (route.account, route.mailbox_id) == (acme, mailbox.id)
    with account_context(acme):
        for mail in IncomingMail.objects.filter(state="received"):
            take_in_mail(mail.id)
        assert Message.objects.filter(conversation=conversation_of(first), kind="incoming").count() == 3
