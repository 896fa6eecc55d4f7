from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.receive_message import IncomingFile, IncomingText, open_conversation, receive_message
from conversations.enums import Folder, MessageKind, Status
from tests.conversations.conftest import Published
from tests.factories import agent_of, make_contact, make_conversation, make_message


def text(**fields: Any) -> IncomingText:
    return IncomingText(**{"body_html": "<p>Hello there</p>", "body_text": "Hello\nthere", **fields})


def test_open_conversation_makes_an_open_row_that_waits(acme: Account, published: Published) -> None:
    contact = make_contact()

    message = open_conversation(contact=contact, subject="S" * 400, text=text())

    conversation = message.conversation
    conversation.refresh_from_db()
    assert conversation.status == Status.OPEN
    assert conversation.subject == "S" * 300
    assert conversation.preview == "Hello there"
    assert conversation.message_count == 1
    assert conversation.waiting_since == message.created_at
    assert conversation.last_message_kind == MessageKind.INCOMING
    assert published() == ["ConversationOpened", "MessageReceived"]


def test_display_ids_count_up_within_the_account(acme: Account) -> None:
    first, second = make_conversation(), make_conversation()

    assert second.display_id == first.display_id + 1


@pytest.mark.parametrize("status", [Status.PENDING, Status.SNOOZED, Status.RESOLVED, Status.CLOSED])
def test_receive_message_reopens_whatever_was_not_open(acme: Account, published: Published, status: Status) -> None:
    conversation = make_conversation(status=status)

    receive_message(conversation=conversation, contact=conversation.contact, text=text())

    conversation.refresh_from_db()
    assert conversation.status == Status.OPEN
    assert conversation.snoozed_until is None
    assert conversation.resolved_at is None
    assert published() == ["ConversationStatusChanged", "MessageReceived"]


def test_receive_message_of_a_machine_reopens_nothing_and_awaits_nothing(acme: Account, published: Published) -> None:
    conversation = make_conversation(status=Status.RESOLVED)

    receive_message(conversation=conversation, contact=conversation.contact, text=text(is_automatic=True))

    conversation.refresh_from_db()
    assert conversation.status == Status.RESOLVED
    assert conversation.waiting_since is None
    assert conversation.message_count == 1
    assert published() == ["MessageReceived"]


def test_receive_message_keeps_the_first_moment_of_waiting(acme: Account) -> None:
    conversation = make_conversation(messages=1)
    waiting_since = conversation.waiting_since

    receive_message(conversation=conversation, contact=conversation.contact, text=text())

    conversation.refresh_from_db()
    assert conversation.waiting_since == waiting_since
    assert conversation.message_count == 2


def test_receive_message_that_is_late_does_not_become_the_preview(acme: Account, agent: User) -> None:
    conversation = make_conversation()
    newest = make_message(conversation, kind=MessageKind.NOTE, agent=agent_of(agent), body_text="newest")

    late = text(at=timezone.now() - timedelta(hours=1), body_text="late")
    receive_message(conversation=conversation, contact=conversation.contact, text=late)

    conversation.refresh_from_db()
    assert conversation.last_message_id == newest.id
    assert conversation.preview == "newest"
    assert conversation.message_count == 2


def test_receive_message_stores_files_under_the_account_and_a_random_name(acme: Account) -> None:
    conversation = make_conversation()
    file = IncomingFile(name="../../etc/passwd\u202egnp.exe", content=b"data")

    message = receive_message(conversation=conversation, contact=conversation.contact, text=text(files=[file]))

    attachment = message.attachments.get()
    assert str(attachment.file.name).startswith(f"{acme.schema_name}/attachments/")
    assert "passwd" not in str(attachment.file.name)
    assert (attachment.size_bytes, attachment.content_type) == (4, "text/plain")
    with attachment.file.open() as stored:
        assert stored.read() == b"data"


def test_open_conversation_of_a_blocked_contact_is_spam(acme: Account) -> None:
    contact = make_contact(is_blocked=True)

    message = open_conversation(contact=contact, subject="Win", text=IncomingText("<p>Win</p>", "Win"))

    assert message.conversation.folder == Folder.SPAM


def test_receive_message_knows_its_language(acme: Account) -> None:
    contact = make_contact()
    text = "Hei, en ole vielä saanut tilaustani. Missä se mahtaa olla?"

    message = open_conversation(contact=contact, subject="", text=IncomingText(f"<p>{text}</p>", text))

    assert message.language == "fi"
