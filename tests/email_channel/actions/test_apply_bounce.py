from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, Membership, User
from conversations.actions.write_message import send_reply
from conversations.enums import DeliveryState, Status
from conversations.models import Conversation, Message
from email_channel.actions.rerun_mail import rerun_mail
from email_channel.actions.store_mail import store_mail
from email_channel.actions.take_in_mail import take_in_mail
from email_channel.enums import BounceKind, MailSource, Outcome, SendState, SuppressionReason
from email_channel.models import EmailMessage, IncomingMail, Mailbox, OutgoingDelivery, SuppressedAddress
from hummdesk.tenancy.context import account_context
from teams.access import Viewer, viewer_of
from tests.email_channel.conftest import Receive, message_of
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.factories import make_contact, make_conversation

ADA, BOB = "ada@customers.example", "bob@partners.example"


@pytest.fixture
def conversation(mailbox: Mailbox) -> Conversation:
    return make_conversation(contact=make_contact(ADA, name="Ada"), mailbox_id=mailbox.id, messages=1)


@pytest.fixture
def reply(conversation: Conversation, viewer: Viewer) -> Message:
    """A reply to Ada that has left."""
    message = send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi")
    OutgoingDelivery.objects.update(state=SendState.SENT, sent_at=timezone.now() - timedelta(minutes=5))
    return message


@pytest.fixture
def admin_viewer(admin: User, acme: Account) -> Viewer:
    return viewer_of(Membership.objects.get(user=admin, account=acme))


def message_id_of(reply: Message) -> str:
    return EmailMessage.objects.get(conversation_message=reply).message_id


def report_mail(*groups: str, returned: str = "", kind: str = "delivery-status") -> bytes:
    """Return a report on a mail (RFC 6522) with these groups of fields."""
    fields = "\n\n".join(("Reporting-MTA: dns; mx.example", *groups))
    parts = ["text/plain\n\nYour mail could not be delivered.", f"message/{kind}\n\n{fields}"]
    if returned:
        parts.append(f"message/rfc822\n\nReceived: from a by b\nMessage-ID: {returned}\nSubject: Re: Hi\n\nHi")
    body = "".join(f"--b\nContent-Type: {part}\n" for part in parts)
    head = f"From: MAILER-DAEMON@mx.example\nTo: {SUPPORT}\nSubject: Undelivered Mail\nMessage-ID: <d@mx.example>\n"
    outer = "feedback-report" if kind == "feedback-report" else "delivery-status"
    return f"{head}Content-Type: multipart/report; report-type={outer}; boundary=b\n\n{body}--b--\n".encode()


def failed(address: str, status: str = "5.1.1", words: str = "550 5.1.1 no such user", action: str = "failed") -> str:
    return f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {words}"


def stands(address: str = ADA) -> tuple[str, str, str, str]:
    delivery = OutgoingDelivery.objects.get(recipient=address)
    return delivery.state, delivery.bounce_kind, delivery.status_code, delivery.error


def test_hard_bounce_is_shown_suppresses_the_address_and_opens_nothing(
    reply: Message, receive: Receive, published: Callable[[], list[str]]
) -> None:
    taken_in = receive(report_mail(failed(ADA), returned=message_id_of(reply)))

    reply.refresh_from_db()
    assert stands() == (SendState.BOUNCED, BounceKind.HARD, "5.1.1", "550 5.1.1 no such user")
    assert (reply.delivery_state, reply.delivery_error) == (DeliveryState.BOUNCED, "550 5.1.1 no such user")
    assert SuppressedAddress.objects.get().reason == SuppressionReason.HARD_BOUNCE
    assert (taken_in.outcome, taken_in.reason) == (Outcome.SUPPRESSED, "bounce")
    assert taken_in.conversation_id == reply.conversation_id
    assert Conversation.objects.count() == 1
    assert Message.objects.count() == 2
    assert {"DeliveryChanged", "AddressSuppressed", "MailTakenIn"} <= set(published())


def test_soft_bounce_suppresses_nothing(reply: Message, receive: Receive) -> None:
    receive(report_mail(failed(ADA, "5.2.2", "552 5.2.2 mailbox full"), returned=message_id_of(reply)))

    assert stands()[:3] == (SendState.BOUNCED, BounceKind.SOFT, "5.2.2")
    assert not SuppressedAddress.objects.exists()


def test_delay_is_no_bounce(reply: Message, receive: Receive) -> None:
    receive(report_mail(failed(ADA, "4.4.1", "no answer", "delayed"), returned=message_id_of(reply)))

    reply.refresh_from_db()
    assert stands() == (SendState.DELAYED, "", "4.4.1", "no answer")
    assert reply.delivery_state == DeliveryState.SENT


def test_delivered_is_told(reply: Message, receive: Receive) -> None:
    receive(report_mail(failed(ADA, "2.0.0", "250 ok", "delivered"), returned=message_id_of(reply)))

    reply.refresh_from_db()
    assert (stands()[0], reply.delivery_state) == (SendState.DELIVERED, DeliveryState.DELIVERED)


def test_each_recipient_stands_for_itself(conversation: Conversation, viewer: Viewer, receive: Receive) -> None:
    reply = send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi", cc=[BOB])
    OutgoingDelivery.objects.update(state=SendState.SENT)

    receive(report_mail(failed(BOB), returned=message_id_of(reply)))

    reply.refresh_from_db()
    assert (stands(ADA)[0], stands(BOB)[0]) == (SendState.SENT, SendState.BOUNCED)
    assert reply.delivery_state == DeliveryState.BOUNCED
    assert [entry.address for entry in SuppressedAddress.objects.all()] == [BOB]


def test_address_that_the_recipient_forwards_to_does_not_suppress_them(reply: Message, receive: Receive) -> None:
    receive(report_mail(failed("old@elsewhere.example"), returned=message_id_of(reply)))

    assert stands()[:2] == (SendState.BOUNCED, BounceKind.SOFT)
    assert not SuppressedAddress.objects.exists()


def test_bounce_of_a_mail_that_is_not_ours_changes_nothing(reply: Message, receive: Receive) -> None:
    taken_in = receive(report_mail(failed(ADA), returned="<somebody@elses.example>"))

    assert stands()[0] == SendState.SENT
    assert (taken_in.outcome, taken_in.reason, taken_in.conversation_id) == (Outcome.SUPPRESSED, "bounce", None)
    assert IncomingMail.objects.get().email is None
    assert Conversation.objects.count() == 1


def test_bounce_of_nothing_of_ours_opens_a_conversation_once_a_person_has_it_read_again(
    reply: Message, receive: Receive, admin_viewer: Viewer
) -> None:
    taken_in = receive(report_mail(failed(ADA), returned="<somebody@elses.example>"))

    again = rerun_mail(viewer=admin_viewer, incoming_mail_id=taken_in.id)

    assert again is not None
    assert again.outcome == Outcome.CREATED
    assert message_of(again).is_automatic


def test_bounce_of_ours_stays_out_when_read_again(reply: Message, receive: Receive, admin_viewer: Viewer) -> None:
    taken_in = receive(report_mail(failed(ADA), returned=message_id_of(reply)))

    again = rerun_mail(viewer=admin_viewer, incoming_mail_id=taken_in.id)

    assert again is not None
    assert (again.outcome, again.reason) == (Outcome.SUPPRESSED, "bounce")


def test_bounce_sent_to_another_account_changes_nothing(
    reply: Message, nordhem: Account, nordhem_mailbox: Mailbox
) -> None:
    raw = report_mail(failed(ADA), returned=message_id_of(reply))
    with account_context(nordhem):
        stored = store_mail(mailbox_id=nordhem_mailbox.id, raw=raw, source=MailSource.FILE, defer=False)
        taken_in = take_in_mail(stored.id)

    assert taken_in is not None
    assert (taken_in.reason, taken_in.conversation_id) == ("bounce", None)
    assert stands()[0] == SendState.SENT
    assert not SuppressedAddress.objects.exists()


def test_bounce_that_names_no_mail_is_shown_and_suppresses_nothing(reply: Message, receive: Receive) -> None:
    receive(report_mail(failed(ADA)))

    assert stands()[:3] == (SendState.BOUNCED, "", "5.1.1")
    assert not SuppressedAddress.objects.exists()


def test_bounce_that_names_no_mail_does_not_overrule_a_delivery(reply: Message, receive: Receive) -> None:
    OutgoingDelivery.objects.update(state=SendState.DELIVERED)

    receive(report_mail(failed(ADA)))

    assert stands()[0] == SendState.DELIVERED


def test_bounce_that_comes_twice_changes_nothing_more(
    reply: Message, receive: Receive, published: Callable[[], list[str]]
) -> None:
    raw = report_mail(failed(ADA), returned=message_id_of(reply))
    receive(raw)
    before = published().count("DeliveryChanged")

    receive(raw)

    assert stands()[0] == SendState.BOUNCED
    assert published().count("DeliveryChanged") == before
    assert SuppressedAddress.objects.count() == 1


def test_complaint_suppresses_the_address(reply: Message, receive: Receive) -> None:
    fields = f"Feedback-Type: abuse\nOriginal-Rcpt-To: <{ADA}>"

    taken_in = receive(report_mail(fields, returned=message_id_of(reply), kind="feedback-report"))

    assert (taken_in.outcome, taken_in.reason) == (Outcome.SUPPRESSED, "complaint")
    assert stands()[0] == SendState.COMPLAINED
    assert SuppressedAddress.objects.get().reason == SuppressionReason.COMPLAINT


def test_bounce_in_the_words_of_exim(reply: Message, receive: Receive) -> None:
    text = (
        f"A message that you sent could not be delivered.\n\n  {ADA}\n"
        f"    SMTP error from remote mail server after RCPT TO:<{ADA}>:\n    host mx [192.0.2.1]: 550 No such user\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n"
        f"Received: from a by b\nMessage-ID: {message_id_of(reply)}\nSubject: Re: Hi\n\nHi"
    )

    receive(raw_mail(sender="Mailer-Daemon@mx.example", text=text, headers=(("X-Failed-Recipients", ADA),)))

    assert stands()[:3] == (SendState.BOUNCED, BounceKind.HARD, "5.0.911")


def test_absence_is_shown_and_reopens_nothing(reply: Message, receive: Receive) -> None:
    Conversation.objects.update(status=Status.RESOLVED, resolved_at=timezone.now())

    taken_in = receive(
        raw_mail(
            subject="Automatic reply: Hi",
            text="I am away; your mail could not be delivered to me.",
            headers=(("Auto-Submitted", "auto-replied"), ("In-Reply-To", message_id_of(reply))),
        )
    )

    message = message_of(taken_in)
    assert (taken_in.outcome, taken_in.conversation_id) == (Outcome.APPENDED, reply.conversation_id)
    assert message.is_automatic
    assert Conversation.objects.get().status == Status.RESOLVED
    assert stands()[0] == SendState.SENT
