"""Forwarded messages, first messages and pictures in the text, as the mails that leave."""

import email
import email.policy
from email.message import EmailMessage as StandardMessage
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from accounts.models import Account
from conversations.actions.attach_files import inline_id, upload_attachment
from conversations.actions.delete_message import delete_message
from conversations.actions.forward_message import forward_message
from conversations.actions.start_conversation import start_conversation
from conversations.actions.write_message import add_note, send_reply
from conversations.enums import Channel
from conversations.errors import NoReplyChannel
from conversations.models import Attachment, Conversation, Message, MessageDraft
from email_channel.actions.take_in_mail import TakenIn
from email_channel.enums import Outcome
from email_channel.models import EmailMessage, Mailbox, OutgoingDelivery
from hummdesk.errors import NotFound, ValidationFailed
from teams.access import Viewer
from tests.email_channel.conftest import Receive, conversation_of, message_of
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.factories import make_conversation
from tests.fixtures.work import RunTasks

MAKER = "maker@drills.example"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 32


@pytest.fixture
def asked(receive: Receive) -> TakenIn:
    return receive(raw_mail(headers=(("Cc", f"bob@customers.example, {SUPPORT}"),)))


def caught(outbox: Path) -> StandardMessage:
    (path,) = outbox.rglob("*.eml")
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def picture(viewer: Viewer) -> Attachment:
    return upload_attachment(viewer=viewer, file=ContentFile(PNG, name="x"), name="a.png")


def forward(viewer: Viewer, taken_in: TakenIn, **fields: object) -> Message:
    return forward_message(viewer=viewer, conversation_id=conversation_of(taken_in).id, to=[MAKER], **fields)  # type: ignore[arg-type]


def test_a_forward_goes_to_those_named_and_not_to_the_customer(asked: TakenIn, viewer: Viewer) -> None:
    message = forward(viewer, asked, body_text="Can you mend it?", cc=["bob@customers.example"])

    mail = EmailMessage.objects.get(conversation_message=message)
    recipients = set(OutgoingDelivery.objects.values_list("recipient", flat=True))
    assert recipients == {MAKER, "bob@customers.example"}
    assert (mail.subject, mail.to, mail.in_reply_to) == (
        "Fwd: The drill is broken",
        [{"name": "", "address": MAKER}],
        "",
    )
    assert (message.to, message.forwarded_message_id) == ([MAKER], message_of(asked).id)


def test_a_forward_carries_words_quote_and_files(
    asked: TakenIn, viewer: Viewer, outbox: Path, run_tasks: RunTasks
) -> None:
    original = message_of(asked)
    Attachment.objects.create(
        message=original,
        file=ContentFile(b"plan", name="file"),
        name="plan.txt",
        content_type="text/plain",
        size_bytes=4,
    )

    message = forward(viewer, asked, body_text="Can you mend it?")
    run_tasks()

    mail = caught(outbox)
    text = mail.get_body(("plain",))
    assert text is not None
    words = text.get_content()
    assert words.index("Can you mend it?") < words.index("From: Ada Byron <ada@customers.example>")
    assert "Subject: The drill is broken" in words
    assert "It stopped turning." in words
    assert [part.get_filename() for part in mail.iter_attachments()] == ["plan.txt"]
    assert original.attachments.get().id != message.attachments.get().id


def test_a_forward_does_not_answer_the_customer(asked: TakenIn, viewer: Viewer) -> None:
    before = conversation_of(asked).waiting_since

    forward(viewer, asked)

    conversation = conversation_of(asked)
    assert before is not None
    assert (conversation.waiting_since, conversation.first_replied_at) == (before, None)


def test_the_answer_of_a_third_party_lands_in_the_conversation(
    asked: TakenIn, viewer: Viewer, receive: Receive
) -> None:
    mail = EmailMessage.objects.get(conversation_message=forward(viewer, asked))

    answer = receive(raw_mail(sender=f"Maker <{MAKER}>", headers=(("In-Reply-To", mail.message_id),)))

    assert (answer.outcome, answer.conversation_id) == (Outcome.APPENDED, asked.conversation_id)
    reply = send_reply(viewer=viewer, conversation_id=conversation_of(asked).id, body_text="It will be mended.")
    assert mail.message_id not in EmailMessage.objects.get(conversation_message=reply).references


def test_a_forward_names_somebody_and_a_message_that_customers_may_read(asked: TakenIn, viewer: Viewer) -> None:
    conversation = conversation_of(asked)
    note = add_note(viewer=viewer, conversation_id=conversation.id, body_text="Between us")

    with pytest.raises(ValidationFailed):
        forward_message(viewer=viewer, conversation_id=conversation.id, to=[])
    with pytest.raises(NotFound):
        forward(viewer, asked, message_id=note.id)
    chat = make_conversation(channel=Channel.CHAT, messages=1)
    with pytest.raises(NoReplyChannel):
        forward_message(viewer=viewer, conversation_id=chat.id, to=[MAKER])


def test_a_forward_that_is_taken_back_is_a_draft_again(asked: TakenIn, viewer: Viewer, acme: Account) -> None:
    acme.settings = {"undo_send_s": 10}
    file = picture(viewer)
    message = forward(viewer, asked, body_text="Can you mend it?", attachment_ids=[file.id])

    delete_message(viewer=viewer, message_id=message.id)

    draft = MessageDraft.objects.get()
    assert (draft.to, draft.forwarded_message_id) == ([MAKER], message_of(asked).id)
    assert draft.attachment_ids == [file.id]


def test_who_else_got_a_mail_is_kept_without_our_own_addresses(asked: TakenIn) -> None:
    assert message_of(asked).cc == ["bob@customers.example"]


def test_a_picture_in_the_text_travels_by_its_content_id(
    asked: TakenIn, viewer: Viewer, outbox: Path, run_tasks: RunTasks
) -> None:
    shown, attached = picture(viewer), picture(viewer)
    html = f'<p>Look: <img src="cid:{inline_id(shown.id)}" alt="a"></p>'

    send_reply(
        viewer=viewer,
        conversation_id=conversation_of(asked).id,
        body_html=html,
        attachment_ids=[shown.id, attached.id],
    )
    run_tasks()

    mail = caught(outbox)
    assert [part["Content-ID"] for part in mail.walk() if part["Content-ID"]] == [f"<{inline_id(shown.id)}>"]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["a.png"]
    page = mail.get_body(("html",))
    assert page is not None
    assert f"cid:{inline_id(shown.id)}" in page.get_content()


def test_a_first_message_opens_a_conversation_of_its_author(mailbox: Mailbox, viewer: Viewer) -> None:
    message = start_conversation(
        viewer=viewer,
        address="New@Customers.example",
        mailbox_id=mailbox.id,
        given={"subject": "Your order"},
        body_text="It is on its way.",
    )

    conversation = Conversation.objects.get(id=message.conversation_id)
    mail = EmailMessage.objects.get(conversation_message=message)
    assert (conversation.contact.email, conversation.assignee_id) == ("new@customers.example", viewer.id)
    assert (mail.subject, mail.to[0]["address"]) == ("Your order", "new@customers.example")
    assert not conversation.waiting_since


def test_a_first_message_that_can_not_be_sent_opens_nothing(mailbox: Mailbox, viewer: Viewer) -> None:
    for address in ("", "nobody"):
        with pytest.raises(ValidationFailed):
            start_conversation(
                viewer=viewer, address=address, mailbox_id=mailbox.id, given={"subject": "Hi"}, body_text="Hi"
            )
    assert not Conversation.objects.exists()
