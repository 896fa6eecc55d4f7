"""What each mail of a conversation carries: where the mailbox is set so, an address for answers."""

import email
import email.policy
from pathlib import Path

from conversations.actions.write_message import send_reply
from email_channel.actions.deliver_mail import deliver
from email_channel.enums import Direction
from email_channel.models import EmailMessage, Mailbox, OutgoingDelivery
from email_channel.reply_address import token_in
from teams.access import Viewer
from tests.email_channel.conftest import Receive
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.servers.resend import FakeResend


def reply(receive: Receive, viewer: Viewer) -> EmailMessage:
    first = receive(raw_mail())
    assert first.conversation_id is not None
    send_reply(viewer=viewer, conversation_id=first.conversation_id, body_text="Did you plug it in?")
    mail = EmailMessage.objects.get(direction=Direction.OUTGOING)
    deliver(OutgoingDelivery.objects.get(email=mail).id)
    return mail


def set_token(mailbox: Mailbox) -> None:
    Mailbox.objects.filter(id=mailbox.id).update(reply_to_token=True)


def test_a_mailbox_asks_for_no_other_address_of_itself(receive: Receive, viewer: Viewer, resend: FakeResend) -> None:
    mail = reply(receive, viewer)

    assert mail.reply_to == ""
    assert "reply_to" not in resend.ledger[0].body


def test_a_mailbox_that_is_set_so_asks_for_answers_to_the_conversations_address(
    receive: Receive, viewer: Viewer, mailbox: Mailbox, resend: FakeResend
) -> None:
    set_token(mailbox)

    mail = reply(receive, viewer)

    assert token_in(mail.reply_to, of=SUPPORT).startswith(f"{mail.conversation.display_id}-")
    assert resend.ledger[0].body["reply_to"] == [f'"Acme Support" <{mail.reply_to}>']
    assert resend.ledger[0].body["from"] == f'"Acme Support" <{SUPPORT}>'


def test_the_mail_says_so_in_its_header(receive: Receive, viewer: Viewer, mailbox: Mailbox, outbox: Path) -> None:
    set_token(mailbox)

    mail = reply(receive, viewer)

    (path,) = outbox.rglob("*.eml")
    sent = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert sent["Reply-To"] == f"Acme Support <{mail.reply_to}>"


def test_a_try_is_the_same_mail_whatever_is_set_meanwhile(
    receive: Receive, viewer: Viewer, mailbox: Mailbox, resend: FakeResend
) -> None:
    first = receive(raw_mail())
    assert first.conversation_id is not None
    send_reply(viewer=viewer, conversation_id=first.conversation_id, body_text="Did you plug it in?")
    set_token(mailbox)

    deliver(OutgoingDelivery.objects.get().id)

    assert "reply_to" not in resend.ledger[0].body


def test_a_mailbox_with_a_very_long_name_sends_without(
    receive: Receive, viewer: Viewer, mailbox: Mailbox, resend: FakeResend
) -> None:
    Mailbox.objects.filter(id=mailbox.id).update(reply_to_token=True, address=f"{'s' * 60}@acme.example")

    assert reply(receive, viewer).reply_to == ""
