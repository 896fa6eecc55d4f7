"""Who takes part in a conversation: whom a trusted sender copies and whom agents write to, nobody else."""

import pytest
from pytest_django import Settings

from accounts.models import Account, Membership, User
from conversations.actions.erase_contact import erase_contact
from conversations.actions.forward_message import forward_message
from conversations.actions.save_company import create_company
from conversations.actions.write_message import send_reply
from conversations.models import Contact, Message
from email_channel.actions.take_in_mail import TakenIn
from email_channel.enums import Direction, Outcome
from email_channel.models import EmailMessage, OutgoingDelivery, Participant
from teams.access import Viewer, viewer_of
from tests.email_channel.conftest import Receive, conversation_of, email_of, message_of
from tests.email_channel.mails import CUSTOMER, SUPPORT, raw_mail
from tests.factories import make_mailbox

ADA, BOB, EVE = "ada@customers.example", "bob@customers.example", "eve@elsewhere.example"
FIRST_ID = "<first@customers.example>"
FAILED = ("Authentication-Results", "mx.acme.example; dmarc=fail header.from=customers.example")
PASSED = ("Authentication-Results", "mx.acme.example; dmarc=pass header.from=customers.example")


@pytest.fixture
def first(receive: Receive) -> TakenIn:
    """Ada's first mail, with Bob in copy."""
    return receive(raw_mail(message_id=FIRST_ID, headers=(("Cc", f"Bob Byron <Bob@Customers.example>, {SUPPORT}"),)))


@pytest.fixture
def _receiver(settings: Settings) -> None:
    settings.MAIL_AUTHENTICATION_SERVERS = frozenset({"mx.acme.example"})


def answer(
    sender: str = CUSTOMER, *, to_id: str = FIRST_ID, cc: str = "", also: tuple[str, str] | None = None
) -> bytes:
    headers = (("In-Reply-To", to_id), *((("Cc", cc),) if cc else ()))
    raw = raw_mail(sender=sender, headers=headers)
    return f"{also[0]}: {also[1]}\r\n".encode() + raw if also else raw


def people(taken_in: TakenIn) -> dict[str, tuple[str, str]]:
    rows = Participant.objects.filter(conversation=conversation_of(taken_in))
    return {row.address: (row.name, row.role) for row in rows}


def test_the_customer_and_whom_they_copy_take_part_under_their_names(first: TakenIn) -> None:
    assert people(first) == {ADA: ("Ada Byron", "customer"), BOB: ("Bob Byron", "copied")}


def test_whom_the_customer_copied_joins_and_is_the_author(receive: Receive, first: TakenIn) -> None:
    second = receive(answer(f"Bob Byron <{BOB}>", cc="Carol <carol@home.example>"))

    contact = message_of(second).contact
    assert (second.outcome, second.conversation_id) == (Outcome.APPENDED, first.conversation_id)
    assert email_of(second).landing["sender"] == "participant"
    assert contact is not None
    assert (contact.email, contact.name) == (BOB, "Bob Byron")
    assert conversation_of(first).contact.email == ADA
    assert people(first)["carol@home.example"] == ("Carol", "copied")


def test_a_participant_without_a_name_gets_the_one_they_write_under(
    receive: Receive, first: TakenIn, viewer: Viewer
) -> None:
    assert first.conversation_id is not None
    forward_message(viewer=viewer, conversation_id=first.conversation_id, to=[EVE])
    ours = EmailMessage.objects.get(direction=Direction.OUTGOING)

    receive(answer(f"Eve Maker <{EVE}>", to_id=ours.message_id))

    assert people(first)[EVE] == ("Eve Maker", "written_to")


def test_whom_an_agent_writes_to_takes_part(first: TakenIn, viewer: Viewer) -> None:
    assert first.conversation_id is not None
    send_reply(
        viewer=viewer, conversation_id=first.conversation_id, body_text="Hi", cc=[BOB], bcc=["dan@x.example", SUPPORT]
    )

    mail = EmailMessage.objects.get(direction=Direction.OUTGOING)
    assert people(first)["dan@x.example"] == ("", "written_to")
    assert SUPPORT not in people(first)
    assert mail.cc == [{"name": "Bob Byron", "address": BOB}]


def test_a_hundred_strangers_copies_give_nobody_anything(receive: Receive, first: TakenIn, viewer: Viewer) -> None:
    assert first.conversation_id is not None
    send_reply(viewer=viewer, conversation_id=first.conversation_id, body_text="Did you plug it in?")
    ours = EmailMessage.objects.get(direction=Direction.OUTGOING).message_id
    before = people(first), OutgoingDelivery.objects.count()

    for number in range(100):
        named = (FIRST_ID, ours)[number % 2]
        receive(answer(f"stranger{number}@elsewhere.example", to_id=named, cc=f"thief{number}@elsewhere.example"))

    reply = send_reply(viewer=viewer, conversation_id=first.conversation_id, body_text="And now?")
    assert (people(first), OutgoingDelivery.objects.count() - 1) == before
    assert Message.objects.filter(conversation_id=first.conversation_id).count() == 3
    assert list(reply.email.deliveries.values_list("recipient", flat=True)) == [ADA]
    thieves = [receive(answer(f"thief{number}@elsewhere.example", to_id=ours)) for number in range(0, 100, 10)]
    assert first.conversation_id not in {thief.conversation_id for thief in thieves}


@pytest.mark.usefixtures("_receiver")
def test_a_forged_sender_s_copies_take_no_part(receive: Receive, first: TakenIn, viewer: Viewer) -> None:
    assert first.conversation_id is not None
    send_reply(viewer=viewer, conversation_id=first.conversation_id, body_text="Did you plug it in?")
    ours = EmailMessage.objects.get(direction=Direction.OUTGOING).message_id

    forged = receive(answer(to_id=ours, cc=EVE, also=FAILED))

    assert forged.conversation_id == first.conversation_id
    assert message_of(forged).sender_doubt == "spoofed"
    assert EVE not in people(first)
    assert email_of(forged).authentication == {"server": "mx.acme.example", "dmarc": "fail"}


@pytest.mark.usefixtures("_receiver")
@pytest.mark.parametrize("named", ["a known id", "a number"])
def test_a_forged_sender_joins_nothing_by_what_anybody_can_know(receive: Receive, first: TakenIn, named: str) -> None:
    number = conversation_of(first).display_id
    raw = answer(also=FAILED) if named == "a known id" else raw_mail(subject=f"[#{number}]", headers=(FAILED,))

    forged = receive(raw)

    assert (forged.outcome, forged.reason) == (Outcome.CREATED, "foreign_sender")
    assert email_of(forged).landing["sender"] == "spoofed"
    assert message_of(forged).names_conversation_id == first.conversation_id


@pytest.mark.usefixtures("_receiver")
@pytest.mark.parametrize(("results", "is_in"), [(PASSED, True), (("X-Nothing", "1"), False)])
def test_a_number_in_a_subject_copies_only_for_a_proven_sender(
    receive: Receive, first: TakenIn, results: tuple[str, str], is_in: bool
) -> None:
    subject = f"Again [#{conversation_of(first).display_id}]"

    second = receive(raw_mail(subject=subject, headers=(("Cc", EVE), results)))

    assert second.conversation_id == first.conversation_id
    assert (EVE in people(first)) is is_in


@pytest.mark.parametrize("allows", [True, False])
def test_colleagues_join_where_the_account_allows_it(
    receive: Receive, acme: Account, viewer: Viewer, *, allows: bool
) -> None:
    acme.settings |= {"company_may_join": allows}
    create_company(viewer=viewer, fields={"name": "Customers", "domain": "customers.example"})
    first = receive(raw_mail(message_id=FIRST_ID))

    second = receive(answer("Dora <dora@customers.example>"))

    assert (second.conversation_id == first.conversation_id) is allows
    assert email_of(second).landing["sender"] == ("colleague" if allows else "stranger")


def test_a_public_mail_domain_makes_no_colleagues(receive: Receive, acme: Account, viewer: Viewer) -> None:
    acme.settings |= {"company_may_join": True}
    create_company(viewer=viewer, fields={"name": "Googlers", "domain": "gmail.com"})
    receive(raw_mail(sender="ada@gmail.com", message_id=FIRST_ID))

    assert receive(answer("eve@gmail.com")).reason == "foreign_sender"


def test_our_own_mail_that_comes_back_opens_nothing(receive: Receive, first: TakenIn, viewer: Viewer) -> None:
    assert first.conversation_id is not None
    send_reply(viewer=viewer, conversation_id=first.conversation_id, body_text="Did you plug it in?")
    ours = EmailMessage.objects.get(direction=Direction.OUTGOING)

    echo = receive(raw_mail(sender=f"Acme Support <{SUPPORT}>", message_id=ours.message_id))

    assert (echo.outcome, echo.reason) == (Outcome.SUPPRESSED, "own_mail")
    assert echo.message_id == ours.conversation_message_id
    assert Message.objects.count() == 2


def test_an_own_address_writes_in_no_conversation_by_itself(receive: Receive, first: TakenIn, acme: Account) -> None:
    sales = make_mailbox(acme, "sales@acme.example")

    own = receive(answer(sales.address))

    assert (own.outcome, own.reason) == (Outcome.CREATED, "foreign_sender")
    assert email_of(own).landing["sender"] == "own"
    assert people(own) == {}


def test_a_form_in_our_own_name_has_the_author_whom_it_names(receive: Receive) -> None:
    filled_in = receive(raw_mail(sender=SUPPORT, headers=(("Reply-To", "Ada <ada@customers.example>"),)))

    assert conversation_of(filled_in).contact.email == ADA
    assert email_of(filled_in).from_address == SUPPORT


def test_a_form_can_not_speak_for_a_customer(receive: Receive, first: TakenIn) -> None:
    headers = (("Reply-To", ADA), ("In-Reply-To", FIRST_ID))

    forged = receive(raw_mail(sender=SUPPORT, headers=headers))

    assert (forged.outcome, email_of(forged).landing["sender"]) == (Outcome.CREATED, "unclear")


def test_a_forgotten_customer_takes_part_nowhere(receive: Receive, first: TakenIn, admin: User, acme: Account) -> None:
    receive(answer(f"Bob Byron <{BOB}>"))
    bob = Contact.objects.get(email=BOB)

    for contact_id in (bob.id, conversation_of(first).contact_id):
        erase_contact(viewer=viewer_of(Membership.objects.get(user=admin, account=acme)), contact_id=contact_id)

    assert people(first) == {}
