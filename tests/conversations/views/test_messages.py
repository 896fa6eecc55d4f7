import pytest
from django.core.files.base import ContentFile

from accounts.models import Account, User
from conversations.enums import MessageKind, Status
from conversations.models import Attachment, Conversation, Message
from tests.factories import make_conversation, make_mailbox, make_message, make_team
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true", "HX-Target": "conversation"}


@pytest.fixture
def conversation(acme: Account) -> Conversation:
    return make_conversation(messages=1, mailbox_id=make_mailbox(acme).id)


def test_conversation_reply_redirects_to_the_conversation_without_script(
    client_of: ClientOf, admin: User, conversation: Conversation
) -> None:
    answer = client_of(admin).post(f"/conversations/{conversation.display_id}/reply?view=all", {"body": "Hello"})

    assert answer.status_code == 303
    assert answer["Location"] == f"/conversations/{conversation.display_id}?view=all"
    assert Message.objects.get(kind=MessageKind.REPLY).body_text == "Hello"


def test_conversation_reply_answers_htmx_with_the_conversation(
    client_of: ClientOf, admin: User, conversation: Conversation
) -> None:
    url = f"/conversations/{conversation.display_id}/reply?view=all"

    answer = client_of(admin).post(url, {"body": "Hello", "status": "resolved"}, headers=HTMX)

    conversation.refresh_from_db()
    assert answer.status_code == 200
    assert conversation.status == Status.RESOLVED
    assert "Hello" in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("kind", ["reply", "note"])
def test_message_without_text_is_422_with_the_form(
    client_of: ClientOf, admin: User, conversation: Conversation, kind: str
) -> None:
    url = f"/conversations/{conversation.display_id}/{kind}"

    answer = client_of(admin).post(url, {"body": "   "}, headers=HTMX)

    assert answer.status_code == 422
    assert "Write something first." in answer.content.decode()
    assert Message.objects.filter(conversation=conversation).count() == 1


def test_conversation_note_is_no_reply(client_of: ClientOf, admin: User, conversation: Conversation) -> None:
    client_of(admin).post(f"/conversations/{conversation.display_id}/note", {"body": "Between us"})

    assert Message.objects.get(body_text="Between us").kind == MessageKind.NOTE


def test_messages_in_another_team_are_not_found_and_not_written(client_of: ClientOf, agent: User) -> None:
    hidden = make_conversation(team=make_team())

    for kind in ("reply", "note"):
        answer = client_of(agent).post(f"/conversations/{hidden.display_id}/{kind}", {"body": "Hello"})
        assert answer.status_code == 404
    assert not Message.objects.filter(conversation=hidden).exists()


def test_messages_need_a_csrf_token(client_of: ClientOf, admin: User, conversation: Conversation) -> None:
    client = client_of(admin)
    client.handler.enforce_csrf_checks = True

    answer = client.post(f"/conversations/{conversation.display_id}/reply", {"body": "Hello"})

    assert answer.status_code == 403
    assert not Message.objects.filter(kind=MessageKind.REPLY).exists()


@pytest.mark.parametrize(
    ("claimed", "served"),
    [
        ("image/png", "image/png"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
    ],
)
def test_attachment_download_never_becomes_a_page(
    client_of: ClientOf, admin: User, conversation: Conversation, claimed: str, served: str
) -> None:
    file = _attach(conversation, claimed)

    answer = client_of(admin).get(f"/attachments/{file.id}")

    assert answer.status_code == 200
    assert answer["Content-Type"] == served
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer.getvalue() == b"<script>"


def test_attachment_of_another_team_is_not_found(client_of: ClientOf, agent: User) -> None:
    file = _attach(make_conversation(team=make_team(), messages=1), "image/png")

    assert client_of(agent).get(f"/attachments/{file.id}").status_code == 404


def _attach(conversation: Conversation, content_type: str) -> Attachment:
    message = make_message(conversation)
    content = ContentFile(b"<script>", name="x")
    return Attachment.objects.create(
        message=message, file=content, name='a "b"\r\n.html', content_type=content_type, size_bytes=8
    )
