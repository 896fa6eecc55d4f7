"""A customer writes, an agent answers, the customer answers that: one conversation, whatever way out is set."""

import email
import email.policy
from email.message import EmailMessage as StandardMessage
from pathlib import Path

import pytest

from conversations.actions.write_message import send_reply
from conversations.enums import DeliveryState, MessageKind
from conversations.models import Conversation, Message
from email_channel.models import Mailbox
from email_channel.smtp_intake import accept_mail
from teams.access import Viewer
from tests.email_channel.mails import CUSTOMER, SUPPORT, raw_mail
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend


def arrive(raw: bytes, run_tasks: RunTasks) -> None:
    (outcome,) = accept_mail(raw, "ada@customers.example", [SUPPORT])
    assert outcome.is_accepted
    run_tasks()


def answer_to(mail: StandardMessage, text: str) -> bytes:
    """Return what a customer's program makes of a click on Reply."""
    answer = StandardMessage(policy=email.policy.SMTP)
    answer["From"], answer["To"] = CUSTOMER, SUPPORT
    answer["Subject"] = f"Re: {mail['Subject'].removeprefix('Re: ')}"
    answer["Message-ID"] = "<answer@customers.example>"
    answer["In-Reply-To"] = mail["Message-ID"]
    answer["References"] = f"{mail['References']} {mail['Message-ID']}"
    answer.set_content(text)
    return answer.as_bytes()


def test_an_answer_to_the_mail_in_the_catcher_comes_back(
    mailbox: Mailbox, viewer: Viewer, outbox: Path, run_tasks: RunTasks
) -> None:
    arrive(raw_mail(text="Ääni katosi."), run_tasks)
    conversation = Conversation.objects.get()
    send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Onko pistoke kiinni?")
    run_tasks()
    (path,) = outbox.rglob("*.eml")
    sent = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)

    arrive(answer_to(sent, "Nyt on."), run_tasks)

    messages = Message.objects.order_by("created_at")
    assert Conversation.objects.get() == conversation
    assert [message.body_text for message in messages] == ["Ääni katosi.", "Onko pistoke kiinni?", "Nyt on."]
    assert [message.kind for message in messages] == [MessageKind.INCOMING, MessageKind.REPLY, MessageKind.INCOMING]
    assert messages[1].delivery_state == DeliveryState.SENT


@pytest.mark.parametrize("provider_keeps_our_id", [True, False])
def test_an_answer_to_the_mail_sent_by_resend_comes_back(
    mailbox: Mailbox, viewer: Viewer, resend: FakeResend, run_tasks: RunTasks, provider_keeps_our_id: bool
) -> None:
    arrive(raw_mail(message_id="<first@customers.example>"), run_tasks)
    conversation = Conversation.objects.get()
    send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Did you plug it in?")
    run_tasks()
    (accepted,) = resend.ledger
    sent = StandardMessage()
    sent["Subject"], sent["References"] = accepted.body["subject"], accepted.body["headers"]["References"]
    sent["Message-ID"] = (
        accepted.body["headers"]["Message-ID"] if provider_keeps_our_id else "<theirs@provider.example>"
    )

    arrive(answer_to(sent, "Yes."), run_tasks)

    assert Conversation.objects.get().message_count == 3
