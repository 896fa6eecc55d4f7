"""Where an answer lands: the customer's own comes back to its conversation, nobody else's joins it."""

import base64
from uuid import UUID, uuid4

import pytest

from accounts.models import Account
from conversations.actions.write_message import send_reply
from conversations.models import Conversation, Message
from email_channel.actions.store_mail import store_mail
from email_channel.actions.take_in_mail import TakenIn, take_in_mail
from email_channel.composing import make_message_id
from email_channel.enums import Direction, MailSource, Outcome
from email_channel.models import EmailMessage, Mailbox
from email_channel.secrets import message_id_secret
from hummdesk.tenancy.context import account_context, current_schema
from teams.access import Viewer
from tests.email_channel.conftest import Receive, conversation_of, email_of
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.factories import make_mailbox

FIRST_ID = "<first@customers.example>"
STRANGER = "Eve <eve@elsewhere.example>"


@pytest.fixture
def first(receive: Receive) -> TakenIn:
    """A customer's first mail."""
    return receive(raw_mail(message_id=FIRST_ID))


@pytest.fixture
def our_id(first: TakenIn, viewer: Viewer) -> str:
    """The Message-ID of an agent's reply to it."""
    assert first.conversation_id is not None
    send_reply(viewer=viewer, conversation_id=first.conversation_id, body_text="Did you plug it in?")
    return EmailMessage.objects.get(direction=Direction.OUTGOING).message_id


def answering(*ids: str, sender: str = "Ada Byron <ada@customers.example>", subject: str = "Re: The drill") -> bytes:
    headers = (("In-Reply-To", ids[-1]), ("References", " ".join(ids)))
    return raw_mail(sender=sender, subject=subject, headers=headers)


def test_an_answer_to_our_mail_joins_its_conversation(receive: Receive, first: TakenIn, our_id: str) -> None:
    answer = receive(answering(FIRST_ID, our_id))

    assert (answer.outcome, answer.reason) == (Outcome.APPENDED, "our_message_id")
    assert answer.conversation_id == first.conversation_id
    assert email_of(answer).landed_because == "our_message_id"


def test_our_message_id_alone_is_enough_without_any_row_of_it(receive: Receive, first: TakenIn, our_id: str) -> None:
    EmailMessage.objects.all().delete()

    answer = receive(answering(our_id))

    assert answer.conversation_id == first.conversation_id


def test_our_message_id_is_found_deep_in_the_references(receive: Receive, first: TakenIn, our_id: str) -> None:
    later = [f"<{number}@elsewhere.example>" for number in range(40)]

    answer = receive(answering(our_id, *later))

    assert answer.conversation_id == first.conversation_id


def test_a_second_mail_of_the_customer_joins_by_the_id_of_the_first(receive: Receive, first: TakenIn) -> None:
    second = receive(answering(FIRST_ID))

    assert (second.outcome, second.reason) == (Outcome.APPENDED, "known_message_id")
    assert second.conversation_id == first.conversation_id


def test_references_do_where_in_reply_to_is_missing(receive: Receive, first: TakenIn) -> None:
    second = receive(raw_mail(headers=(("References", f"<other@x.example> {FIRST_ID}"),)))

    assert second.conversation_id == first.conversation_id


def test_a_customer_writes_from_another_known_address(receive: Receive, first: TakenIn) -> None:
    contact = conversation_of(first).contact
    contact.identities.create(kind="email", value="ada@home.example")

    second = receive(answering(FIRST_ID, sender="ada@home.example"))

    assert second.conversation_id == first.conversation_id


@pytest.mark.parametrize("subject", ["Re: The drill is broken", "Re: The drill is broken #{}", "[{}]", "[# {}]"])
def test_a_subject_or_a_bare_number_alone_joins_nothing(receive: Receive, first: TakenIn, subject: str) -> None:
    second = receive(raw_mail(subject=subject.format(conversation_of(first).display_id)))

    assert (second.outcome, second.reason) == (Outcome.CREATED, "new")
    assert second.conversation_id != first.conversation_id


def test_the_customer_joins_by_the_token_in_the_subject(receive: Receive, first: TakenIn) -> None:
    second = receive(raw_mail(subject=f"VS: The drill [#{conversation_of(first).display_id}]"))

    assert (second.outcome, second.reason) == (Outcome.APPENDED, "subject_token")
    assert second.conversation_id == first.conversation_id
    assert email_of(second).landing == {
        "header": "Subject",
        "value": f"[#{conversation_of(first).display_id}]",
        "sender": "customer",
        "mailbox": SUPPORT,
    }


@pytest.mark.parametrize("names", ["ours", "the customer's"])
def test_a_stranger_with_the_right_header_opens_a_conversation_of_their_own(
    receive: Receive, first: TakenIn, our_id: str, names: str
) -> None:
    named = our_id if names == "ours" else FIRST_ID

    foreign = receive(answering(named, sender=STRANGER))

    assert (foreign.outcome, foreign.reason) == (Outcome.CREATED, "foreign_sender")
    assert foreign.conversation_id != first.conversation_id
    assert email_of(foreign).landed_because == "foreign_sender"
    assert conversation_of(first).messages.count() == 2


def test_an_id_of_another_account_joins_nothing_here(
    receive: Receive, first: TakenIn, our_id: str, nordhem: Account, nordhem_mailbox: Mailbox
) -> None:
    with account_context(nordhem):
        stored = store_mail(mailbox_id=nordhem_mailbox.id, raw=answering(our_id), source=MailSource.FILE)
        answer = take_in_mail(stored.id)

        assert answer is not None
        assert (answer.outcome, answer.reason) == (Outcome.CREATED, "new")


def test_an_id_that_another_account_signed_for_this_conversation_joins_nothing(
    receive: Receive, first: TakenIn, nordhem: Account
) -> None:
    assert first.conversation_id is not None
    forged = make_message_id(
        first.conversation_id, account=nordhem.schema_name, domain="acme.example", secret=message_id_secret()
    )

    answer = receive(answering(forged))

    assert (answer.outcome, answer.reason) == (Outcome.CREATED, "new")


def test_an_id_of_another_mailbox_of_the_account_joins_nothing(receive: Receive, our_id: str, acme: Account) -> None:
    stored = store_mail(mailbox_id=make_mailbox(acme).id, raw=answering(FIRST_ID, our_id), source=MailSource.FILE)

    answer = take_in_mail(stored.id)

    assert answer is not None
    assert (answer.outcome, answer.reason) == (Outcome.CREATED, "new")


def forgeries(our_id: str, conversation_id: UUID) -> list[str]:
    """Return ids as somebody would write who knows the form, the conversation and one id, but not the key."""
    conversation, random_part, mac = our_id.strip("<>").partition("@")[0].split(".")
    end = "@acme.example>"
    text = base64.urlsafe_b64encode(conversation_id.bytes).rstrip(b"=").decode()
    made = [f"<{text}.{'A' * 16}.{'A' * 22}{end}", f"<{conversation}.{random_part}.{end}", f"<{conversation}{end}"]
    for position in range(len(mac) - 1):
        other = "A" if mac[position] != "A" else "B"
        made.append(f"<{conversation}.{random_part}.{mac[:position]}{other}{mac[position + 1 :]}{end}")
    for position in range(len(random_part)):
        other = "A" if random_part[position] != "A" else "B"
        made.append(f"<{conversation}.{random_part[:position]}{other}{random_part[position + 1 :]}.{mac}{end}")
    for _ in range(20):
        foreign = base64.urlsafe_b64encode(uuid4().bytes).rstrip(b"=").decode()
        made.append(f"<{foreign}.{random_part}.{mac}{end}")
    keys = (b"", b"x" * 32, current_schema().encode(), b"development-only")
    made += [
        make_message_id(conversation_id, account=current_schema(), domain="acme.example", secret=key) for key in keys
    ]
    return made


def test_no_forged_id_joins(receive: Receive, first: TakenIn, our_id: str) -> None:
    assert first.conversation_id is not None
    forged = forgeries(our_id, first.conversation_id)

    outcomes = {receive(answering(message_id)).reason for message_id in forged}

    assert len(forged) > 60
    assert outcomes == {"new"}
    assert Message.objects.filter(conversation_id=first.conversation_id).count() == 2


def test_our_domain_in_an_id_may_be_changed_by_a_relay(receive: Receive, first: TakenIn, our_id: str) -> None:
    answer = receive(answering(our_id.replace("@acme.example", "@relay.example")))

    assert answer.conversation_id == first.conversation_id


def test_a_thousand_references_cost_a_bounded_number_of_queries(
    receive: Receive, first: TakenIn, django_assert_max_num_queries: object
) -> None:
    ids = [f"<{number}@x.example>" for number in range(1_000)]

    with django_assert_max_num_queries(60):  # type: ignore[operator]
        answer = receive(answering(*ids))

    assert answer.reason == "new"
    assert Conversation.objects.count() == 2
