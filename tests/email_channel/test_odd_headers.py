"""What is made of mails without the fields that every mail should have, or with too many of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from conversations.models import Message
from email_channel.actions.take_in_mail import TakenIn
from email_channel.enums import Outcome
from tests.email_channel.conftest import Receive, conversation_of, email_of, message_of
from tests.email_channel.mails import raw_mail

FIRST_ID = "<first@customers.example>"
ADA = "ada@customers.example"


@dataclass(frozen=True)
class Case:
    """A mail made of header lines and a body, and what must hold of it."""

    fields: str
    holds: Callable[[TakenIn], bool]
    body: str = "Hello"

    def raw(self) -> bytes:
        return f"{self.fields}\r\n\r\n{self.body}\r\n".replace("\n", "\r\n").replace("\r\r", "\r").encode()


def author(taken_in: TakenIn) -> str:
    return conversation_of(taken_in).contact.email


def sent_at(taken_in: TakenIn) -> datetime | None:
    return email_of(taken_in).sent_at


FROM, TO = f"From: Ada <{ADA}>", "To: support@acme.example"
CASES = {
    "no Message-ID": Case(f"{FROM}\n{TO}", lambda one: email_of(one).message_id == ""),
    "an empty Message-ID": Case(f"{FROM}\nMessage-ID: <>", lambda one: email_of(one).message_id == ""),
    "a Message-ID without brackets": Case(
        f"{FROM}\nMessage-ID: x1@c.example", lambda one: email_of(one).message_id == "<x1@c.example>"
    ),
    "two Message-IDs": Case(
        f"{FROM}\nMessage-ID: <a@c.example>\nMessage-ID: <b@c.example>",
        lambda one: email_of(one).message_id == "<a@c.example>",
    ),
    "no From": Case(TO, lambda one: author(one) == "envelope@c.example"),
    "no From but a Sender": Case(f"Sender: {ADA}\n{TO}", lambda one: author(one) == ADA),
    "no From but a Reply-To": Case(f"Reply-To: {ADA}\n{TO}", lambda one: author(one) == ADA),
    "an empty From": Case(f"From:\n{TO}", lambda one: author(one) == "envelope@c.example"),
    "a From without an address": Case("From: Ada Byron", lambda one: author(one) == "envelope@c.example"),
    "a null From": Case("From: <>", lambda one: author(one) == "envelope@c.example"),
    "several in From": Case(f"From: {ADA}, bob@c.example", lambda one: author(one) == ADA),
    "two From fields": Case(f"From: {ADA}\nFrom: bob@c.example", lambda one: author(one) == ADA),
    "no Date": Case(FROM, lambda one: sent_at(one) is None),
    "a Date that is none": Case(f"{FROM}\nDate: yesterday, about noon", lambda one: sent_at(one) is None),
    "a Date before mail": Case(f"{FROM}\nDate: Thu, 1 Jan 1200 00:00:00 +0000", lambda one: sent_at(one) is None),
    "a Date without a zone": Case(
        f"{FROM}\nDate: Mon, 23 Nov 2026 01:06:00",
        lambda one: sent_at(one) == datetime(2026, 11, 23, 1, 6, tzinfo=UTC),
    ),
    "no Subject": Case(FROM, lambda one: conversation_of(one).subject == ""),
    "two Subjects": Case(f"{FROM}\nSubject: One\nSubject: Two", lambda one: conversation_of(one).subject == "One"),
    "no recipient": Case(FROM, lambda one: email_of(one).to == []),
    "hidden recipients": Case(f"{FROM}\nTo: undisclosed-recipients:;", lambda one: email_of(one).to == []),
    "no body": Case(FROM, lambda one: message_of(one).body_text == "", body=""),
    "only HTML": Case(
        f"{FROM}\nContent-Type: text/html",
        lambda one: message_of(one).body_text == "Hi there",
        body="<p>Hi <b>there</b></p>",
    ),
    "only a file": Case(
        f"{FROM}\nContent-Type: application/pdf; name=a.pdf",
        lambda one: message_of(one).attachments.get().name == "a.pdf",
        body="%PDF-1.4",
    ),
    "nothing but a From": Case(FROM, lambda one: author(one) == ADA),
}


@pytest.mark.parametrize("name", CASES)
def test_each_has_its_documented_fallback(receive: Receive, name: str) -> None:
    taken_in = receive(CASES[name].raw(), envelope_sender="envelope@c.example")

    assert taken_in.outcome == Outcome.CREATED
    assert CASES[name].holds(taken_in)


@pytest.mark.parametrize("fields", [{"message_id": None}, {"message_id": "<same@shop.example>"}])
def test_mails_without_an_id_of_their_own_are_all_there_once(receive: Receive, fields: dict[str, str | None]) -> None:
    mails = [raw_mail(text=f"Order {number}", **fields) for number in range(5)]  # type: ignore[arg-type]

    outcomes = [receive(raw).outcome for raw in [*mails, *mails]]

    assert outcomes == [Outcome.CREATED] * 5 + [Outcome.DUPLICATE] * 5
    assert Message.objects.count() == 5


@pytest.mark.parametrize(
    "sender",
    [f"{ADA}, eve@elsewhere.example", f"eve@elsewhere.example, {ADA}", f"{ADA}\r\nFrom: eve@elsewhere.example"],
)
def test_several_authors_write_in_no_conversation_by_themselves(receive: Receive, sender: str) -> None:
    receive(raw_mail(message_id=FIRST_ID))

    second = receive(raw_mail(sender=sender, headers=(("In-Reply-To", FIRST_ID),)))

    assert (second.outcome, second.reason) == (Outcome.CREATED, "foreign_sender")
    assert email_of(second).landing["sender"] == "unclear"


@pytest.mark.parametrize("field", ["Sender", "Reply-To"])
def test_without_from_nobody_writes_in_a_conversation(receive: Receive, field: str) -> None:
    receive(raw_mail(message_id=FIRST_ID))

    second = receive(raw_mail(sender=None, headers=((field, ADA), ("In-Reply-To", FIRST_ID))))

    assert second.reason == "foreign_sender"
