"""Whoever has themselves copied reads nothing of a conversation by mail, by API or by page (every URL: isolation)."""

from typing import Any

import pytest
from django.test import Client

from conversations.actions.write_message import add_note, send_reply
from conversations.models import Attachment, Conversation, Message
from email_channel.actions.take_in_mail import TakenIn
from email_channel.enums import AutoReplyWhen, Direction
from email_channel.models import EmailMessage, EmailTemplate, Mailbox, OutgoingDelivery
from teams.access import Viewer
from tests.email_channel.conftest import Receive, conversation_of
from tests.email_channel.mails import raw_mail
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend

SECRETS = ("code is 4711", "sounds upset", "card is on its way", "Ada Byron", "ada@customers.example")
FIRST_ID = "<first@customers.example>"
WITH_FILE = (
    "From: Ada Byron <ada@customers.example>\r\nTo: support@acme.example\r\nSubject: My card\r\n"
    f"Message-ID: {FIRST_ID}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain\r\n\r\nThe code is 4711.\r\n"
    '--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="codes.csv"\r\n\r\n'
    "code is 4711\r\n--b--\r\n"
).encode()


@pytest.fixture
def first(receive: Receive, viewer: Viewer, mailbox: Mailbox, resend: FakeResend, run_tasks: RunTasks) -> TakenIn:
    """Ada's mail with a file, a note, and an answer that has left; the mailbox answers new mail by itself."""
    taken_in = receive(WITH_FILE)
    assert taken_in.conversation_id is not None
    add_note(viewer=viewer, conversation_id=taken_in.conversation_id, body_text="She sounds upset.")
    send_reply(viewer=viewer, conversation_id=taken_in.conversation_id, body_text="Your new card is on its way.")
    template = EmailTemplate.objects.earliest("created_at")
    Mailbox.objects.filter(id=mailbox.id).update(auto_reply=AutoReplyWhen.ALWAYS, auto_reply_template=template)
    run_tasks()
    return taken_in


def spoofed(number: int, ours: str, display_id: int) -> bytes:
    """Return a mail in somebody's name that names the conversation in one of three ways and copies a thief."""
    thief = f"thief{number}@elsewhere.example"
    sender = ("Ada Byron <ada@elsewhere.example>", thief, "ada@customers.example.elsewhere.example")
    named = (("In-Reply-To", FIRST_ID), ("References", ours), ("X-Ignored", ""))[number % 3]
    subject = f"Re: [#{display_id}] My card"
    return raw_mail(sender=sender[number % 3], subject=subject, headers=(named, ("Cc", thief)))


def test_a_hundred_spoofed_copies_bring_no_word_of_it(
    receive: Receive, first: TakenIn, viewer: Viewer, resend: FakeResend, run_tasks: RunTasks
) -> None:
    conversation = conversation_of(first)
    ours = EmailMessage.objects.get(direction=Direction.OUTGOING).message_id
    for number in range(100):
        receive(spoofed(number, ours, conversation.display_id))
        if number % 10 == 9:
            run_tasks()
    send_reply(viewer=viewer, conversation_id=conversation.id, body_text="The code is 4711 still.")

    run_tasks()

    thieves = OutgoingDelivery.objects.filter(recipient__contains="elsewhere")
    assert not thieves.exists()
    for mail in resend.ledger:
        assert mail.body["to"] == ['"Ada Byron" <ada@customers.example>']
        assert not mail.body.get("cc")
        assert not mail.body.get("bcc")


def places_of(conversation: Conversation) -> list[str]:
    number = conversation.display_id
    message = Message.objects.filter(conversation=conversation).earliest("created_at")
    email = EmailMessage.objects.get(conversation_message=message)
    file = Attachment.objects.get(message=message)
    return [
        f"/conversations/{number}",
        f"/conversations/{number}/history",
        f"/conversations/{number}/participants",
        f"/inbox?view=all&q=[%23{number}]",
        f"/messages/{message.id}/html",
        f"/attachments/{file.id}",
        f"/api/v1/conversations/{conversation.id}",
        f"/api/v1/conversations/{conversation.id}/messages",
        f"/api/v1/attachments/{file.id}",
        f"/api/v1/email/messages/{email.id}",
        f"/api/v1/email/messages/{email.id}/raw",
        f"/api/v1/search?q=4711+{number}",
    ]


def test_no_address_of_it_says_a_word_to_who_is_not_signed_in(first: TakenIn) -> None:
    client = Client(headers={"host": "acme.localhost"})

    for place in places_of(conversation_of(first)):
        answer: Any = client.get(place, follow=True)
        said = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()
        assert answer.status_code in (200, 401, 403, 404), place
        assert answer.status_code != 200 or answer.request["PATH_INFO"] == "/account/login/", place
        assert not [secret for secret in SECRETS if secret in said], place
