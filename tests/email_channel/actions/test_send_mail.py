from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile

from conversations.actions.attach_files import upload_attachment
from conversations.enums import Channel, DeliveryState
from conversations.errors import NoReplyChannel
from conversations.models import Conversation, Message
from email_channel.actions.send_mail import MailWords, send_mail
from email_channel.actions.suppress_address import suppress_address
from email_channel.enums import SuppressionReason
from email_channel.models import EmailMessage, Mailbox, OutgoingDelivery
from hummdesk.errors import NotFound, PermissionDenied, ValidationFailed
from teams.access import Viewer
from tests.email_channel.conftest import Receive, conversation_of, message_of
from tests.email_channel.mails import raw_mail
from tests.factories import make_contact, make_conversation, make_message, make_team
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend

ADA, BOB = "ada@customers.example", "bob@partners.example"
HELLO = MailWords(subject="Your parcel", body_text="It is on its way.")
Send = Callable[..., EmailMessage]


@pytest.fixture
def send(viewer: Viewer, mailbox: Mailbox) -> Send:
    """Sends a mail to Ada, unless told otherwise."""

    def run(words: MailWords = HELLO, **more: Any) -> EmailMessage:
        return send_mail(viewer=viewer, words=words, **{"to": [ADA], **more})

    return run


@pytest.fixture
def conversation(mailbox: Mailbox) -> Conversation:
    return make_conversation(
        contact=make_contact(ADA, name="Ada"), mailbox_id=mailbox.id, subject="The drill", messages=1
    )


def test_without_a_conversation_it_opens_one(
    send: Send, viewer: Viewer, mailbox: Mailbox, resend: FakeResend, run_tasks: RunTasks
) -> None:
    email = send(cc=[BOB])
    run_tasks()

    (sent,), conversation = resend.ledger, Conversation.objects.get(id=email.conversation_id)
    assert (conversation.subject, conversation.contact.email, conversation.channel) == (
        "Your parcel",
        ADA,
        Channel.EMAIL,
    )
    assert conversation.assignee_id == viewer.id
    assert (sent.body["to"], sent.body["cc"], sent.body["subject"]) == ([ADA], [BOB], "Your parcel")
    assert sent.body["headers"]["Message-ID"] == email.message_id
    message = Message.objects.get(id=email.conversation_message_id)
    assert message.delivery_state == DeliveryState.SENT


def test_in_a_conversation_it_is_a_reply_under_its_own_subject(
    send: Send, conversation: Conversation, resend: FakeResend, run_tasks: RunTasks
) -> None:
    email = send(to=[ADA.upper(), BOB], conversation_id=conversation.display_id)
    run_tasks()

    (sent,) = resend.ledger
    assert email.conversation_id == conversation.id
    assert (sent.body["to"], sent.body["cc"]) == ([f'"Ada" <{ADA}>'], [BOB])
    assert sent.body["subject"] == "Your parcel"


def test_in_a_conversation_others_may_get_it_in_place_of_the_customer(
    send: Send, conversation: Conversation, resend: FakeResend, run_tasks: RunTasks
) -> None:
    send(to=[BOB], conversation_id=conversation.id)
    run_tasks()

    (sent,) = resend.ledger
    assert (sent.body["to"], "cc" in sent.body) == ([BOB], False)
    assert OutgoingDelivery.objects.get().recipient == BOB


def test_it_answers_the_message_that_is_named(send: Send, receive: Receive) -> None:
    first = receive(raw_mail(message_id="<1@c.example>"))
    receive(raw_mail(message_id="<2@c.example>", headers=(("In-Reply-To", "<1@c.example>"),)))

    email = send(to=[conversation_of(first).contact.email], reply_to_message_id=message_of(first).id)

    assert email.conversation_id == first.conversation_id
    assert (email.in_reply_to, email.references[-1]) == ("<1@c.example>", "<1@c.example>")
    assert "<2@c.example>" in email.references


def test_files_go_along(send: Send, viewer: Viewer, resend: FakeResend, run_tasks: RunTasks) -> None:
    file = upload_attachment(viewer=viewer, file=ContentFile(b"plan", name="plan.txt"), name="plan.txt")

    send(MailWords(subject="Plan", body_html="<p>See</p>", attachment_ids=[file.id]))
    run_tasks()

    assert [each["filename"] for each in resend.ledger[0].body["attachments"]] == ["plan.txt"]


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("to", {"to": []}),
        ("to", {"to": ["ada"]}),
        ("cc", {"cc": ["bob"]}),
        ("mailbox_id", {"mailbox_id": uuid4()}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    send: Send, published: Callable[[], list[str]], field: str, more: dict[str, Any]
) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        send(**more)

    assert list(refusal.value.errors) == [field]
    assert not Conversation.objects.exists()
    assert published() == []


def test_a_suppressed_address_is_refused_with_the_reason(send: Send) -> None:
    suppress_address(address=ADA, reason=SuppressionReason.COMPLAINT)

    with pytest.raises(ValidationFailed) as refusal:
        send()

    assert "spam" in refusal.value.errors["to"][0]
    assert not Conversation.objects.exists()


def test_without_a_mailbox_nothing_leaves(send: Send, mailbox: Mailbox) -> None:
    Mailbox.objects.update(is_active=False)

    with pytest.raises(ValidationFailed) as refusal:
        send()

    assert list(refusal.value.errors) == ["mailbox_id"]


def test_a_conversation_without_mail_is_refused(send: Send, published: Callable[[], list[str]]) -> None:
    fetched = make_conversation(contact=make_contact(ADA), channel=Channel.API, messages=1)

    with pytest.raises(NoReplyChannel):
        send(conversation_id=fetched.id)

    assert Message.objects.filter(conversation=fetched).count() == 1


def test_who_may_not_see_or_reply_sends_nothing(
    send: Send, viewer: Viewer, conversation: Conversation, published: Callable[[], list[str]]
) -> None:
    hidden = make_message(make_conversation(team=make_team()))
    other = make_message(make_conversation(messages=0))

    with pytest.raises(NotFound):
        send(conversation_id=hidden.conversation_id)
    with pytest.raises(NotFound):
        send(reply_to_message_id=hidden.id)
    with pytest.raises(ValidationFailed):
        send(conversation_id=conversation.id, reply_to_message_id=other.id)
    with pytest.raises(PermissionDenied):
        send_mail(viewer=Viewer(viewer.agent, viewer.permissions - {"reply"}), words=HELLO, to=[ADA])

    assert published() == []
