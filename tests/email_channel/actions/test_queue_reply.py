import email
import email.policy
from email.message import EmailMessage as StandardMessage
from pathlib import Path
from uuid import uuid4

import pytest

from conversations.actions.write_message import add_note, send_reply
from conversations.enums import DeliveryState
from conversations.models import Message
from email_channel.actions.deliver_mail import deliver
from email_channel.actions.queue_reply import reply_subject
from email_channel.actions.take_in_mail import TakenIn
from email_channel.composing import read_message_id
from email_channel.enums import Direction, SendState
from email_channel.models import EmailMessage, Mailbox, OutgoingDelivery
from email_channel.secrets import message_id_secret
from hummdesk.tenancy.context import current_schema
from teams.access import Viewer
from tests.email_channel.conftest import Receive, conversation_of
from tests.email_channel.mails import raw_mail
from tests.factories import make_conversation
from tests.fixtures.work import RunTasks


def reply_to(taken_in: TakenIn, viewer: Viewer, text: str = "Did you plug it in?") -> EmailMessage:
    assert taken_in.conversation_id is not None
    message = send_reply(viewer=viewer, conversation_id=taken_in.conversation_id, body_text=text)
    return EmailMessage.objects.get(conversation_message=message)


def caught(outbox: Path) -> StandardMessage:
    """Return the only mail in the catcher."""
    (path,) = outbox.rglob("*.eml")
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def test_a_reply_waits_to_be_sent_to_its_customer(receive: Receive, mailbox: Mailbox, viewer: Viewer) -> None:
    mail = reply_to(receive(raw_mail()), viewer)

    delivery = OutgoingDelivery.objects.get()
    assert (mail.direction, mail.mailbox) == (Direction.OUTGOING, mailbox)
    assert mail.to == [{"name": "Ada Byron", "address": "ada@customers.example"}]
    assert (delivery.email, delivery.recipient, delivery.state) == (mail, "ada@customers.example", SendState.QUEUED)
    assert Message.objects.get(id=mail.conversation_message_id).delivery_state == DeliveryState.QUEUED


def test_a_reply_answers_the_newest_mail_and_names_the_whole_thread(receive: Receive, viewer: Viewer) -> None:
    first = receive(raw_mail(message_id="<1@customers.example>"))
    reply = reply_to(first, viewer)
    receive(raw_mail(message_id="<2@customers.example>", headers=(("In-Reply-To", reply.message_id),)))

    second = reply_to(first, viewer)

    assert second.in_reply_to == "<2@customers.example>"
    assert second.references == ["<1@customers.example>", reply.message_id, "<2@customers.example>"]


def test_a_message_id_of_ours_leads_back_to_the_conversation_and_is_never_the_same(
    receive: Receive, viewer: Viewer
) -> None:
    first = receive(raw_mail())

    ids = {reply_to(first, viewer).message_id for _ in range(3)}

    assert len(ids) == 3
    for message_id in ids:
        found = read_message_id(message_id, account=current_schema(), secret=message_id_secret())
        assert found == first.conversation_id
        assert message_id.endswith("@acme.example>")


def test_the_mail_that_leaves_threads_and_is_no_automatic_one(
    receive: Receive, viewer: Viewer, outbox: Path, run_tasks: RunTasks
) -> None:
    first = receive(raw_mail(message_id="<1@customers.example>", subject="The drill"))
    reply = reply_to(first, viewer, "Did you plug it in?\n\n<b>Really?</b>")

    ran = run_tasks()

    mail = caught(outbox)
    assert "email_channel.tasks.deliver_mail" in ran
    assert (mail["Message-ID"], mail["In-Reply-To"]) == (reply.message_id, "<1@customers.example>")
    assert mail["References"] == "<1@customers.example>"
    assert (mail["From"], mail["To"]) == ("Acme Support <support@acme.example>", "Ada Byron <ada@customers.example>")
    assert mail["Subject"] == "Re: The drill"
    assert mail.get_content_type() == "multipart/alternative"
    assert {"Auto-Submitted", "Precedence", "X-Auto-Response-Suppress"}.isdisjoint(mail.keys())
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "<b>Really?</b>" in text.get_content()
    assert "&lt;b&gt;Really?&lt;/b&gt;" in html.get_content()


def test_a_signature_of_the_mailbox_ends_the_mail(
    receive: Receive, mailbox: Mailbox, viewer: Viewer, outbox: Path, run_tasks: RunTasks
) -> None:
    mailbox.signature = "Acme <3\nLondon"
    mailbox.save()
    reply_to(receive(raw_mail()), viewer)

    run_tasks()

    text, html = caught(outbox).get_body(("plain",)), caught(outbox).get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines()[-3:] == ["-- ", "Acme <3", "London"]
    assert "Acme &lt;3" in html.get_content()


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("The drill", "Re: The drill"),
        ("Re: The drill", "Re: The drill"),
        ("RE: re:Re : The drill", "Re: The drill"),
        ("SV: VS: The drill", "Re: The drill"),
        ("AW[2]: The drill", "Re: The drill"),
        ("  Re:  The   drill ", "Re: The drill"),
        ("Regarding: the drill", "Re: Regarding: the drill"),
        ("", "Re:"),
        ("Re: Re:", "Re:"),
        ("a\r\nBcc: eve@elsewhere.example", "Re: a Bcc: eve@elsewhere.example"),
        ("a\x0b\x85\u2028\u2029b", "Re: a b"),
    ],
)
def test_reply_subject_has_one_mark_and_one_line(subject: str, expected: str) -> None:
    assert reply_subject(subject) == expected


def test_a_subject_full_of_reply_marks_takes_linear_time() -> None:
    assert reply_subject("Re: " * 100_000 + "x") == "Re: x"


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("Ada\r\nBcc: eve@elsewhere.example", "Hello\r\nBcc: eve@elsewhere.example\r\n\r\nbody"),
        ('"Ada" <eve@elsewhere.example>,', "=?utf-8?q?=0D=0ABcc:_eve=40elsewhere.example?="),
        ("Ää Öö 東京 🎉", "Ää Öö 東京 🎉 " * 40),
        ("A" * 200, "S" * 300),
        ("\\", "\\"),
        ("", ""),
    ],
)
def test_a_hostile_name_or_subject_writes_no_header(
    receive: Receive, viewer: Viewer, outbox: Path, run_tasks: RunTasks, name: str, subject: str
) -> None:
    first = receive(raw_mail())
    conversation = conversation_of(first)
    conversation.subject, conversation.contact.name = subject[:300], name
    conversation.save()
    conversation.contact.save()
    reply_to(first, viewer)

    run_tasks()

    mail = caught(outbox)
    assert mail["Bcc"] is None
    assert [address.addr_spec for address in mail["To"].addresses] == ["ada@customers.example"]
    assert str(mail["Subject"]).startswith("Re:")
    assert OutgoingDelivery.objects.get().state == SendState.SENT


@pytest.mark.parametrize(
    "message_id",
    [
        "<1>",
        "<no-at-sign-in-here>",
        "<a b@x.example>",
        "<ä@x.example>",
        f"<{'i' * 890}@x.example>",
        "<a@x.example>\r\n Bcc: <eve@elsewhere.example>",
        '<"quoted id"@x.example>',
        "bare@x.example",
    ],
)
def test_a_reply_leaves_whatever_id_the_customers_mail_has(
    receive: Receive, viewer: Viewer, outbox: Path, run_tasks: RunTasks, message_id: str
) -> None:
    reply = reply_to(receive(raw_mail(message_id=message_id)), viewer)

    run_tasks()

    mail = caught(outbox)
    assert mail["Message-ID"] == reply.message_id
    assert mail["Bcc"] is None
    assert OutgoingDelivery.objects.get().state == SendState.SENT


def test_a_long_thread_is_named_by_its_newest_mails(receive: Receive, viewer: Viewer) -> None:
    first = receive(raw_mail(message_id="<0@customers.example>"))
    for number in range(1, 30):
        headers = (("In-Reply-To", f"<{number - 1}@customers.example>"),)
        receive(raw_mail(message_id=f"<{number}@customers.example>", headers=headers))

    reply = reply_to(first, viewer)

    assert len(reply.references) == 20
    assert reply.references[-1] == reply.in_reply_to == "<29@customers.example>"


def test_a_note_sends_nothing(receive: Receive, viewer: Viewer) -> None:
    first = receive(raw_mail())
    assert first.conversation_id is not None

    add_note(viewer=viewer, conversation_id=first.conversation_id, body_text="Between us.")

    assert not OutgoingDelivery.objects.exists()


def test_a_reply_from_a_mailbox_that_is_gone_is_shown_as_failed(viewer: Viewer) -> None:
    conversation = make_conversation(messages=1, mailbox_id=uuid4())

    message = send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hello")

    message.refresh_from_db()
    assert message.delivery_state == DeliveryState.FAILED
    assert "mailbox" in message.delivery_error
    assert not EmailMessage.objects.exists()


def test_a_delivery_is_composed_to_the_same_bytes_each_time(receive: Receive, viewer: Viewer, outbox: Path) -> None:
    reply_to(receive(raw_mail()), viewer)
    delivery = OutgoingDelivery.objects.get()
    deliver(delivery.id)
    (path,) = outbox.rglob("*.eml")
    first = path.read_bytes()
    OutgoingDelivery.objects.update(state=SendState.QUEUED)

    deliver(delivery.id)

    assert [path.read_bytes() for path in outbox.rglob("*.eml")] == [first]
