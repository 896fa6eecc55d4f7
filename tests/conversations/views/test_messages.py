import json
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.attach_files import upload_attachment
from conversations.actions.save_draft import save_draft
from conversations.actions.write_message import add_note
from conversations.enums import MessageKind, Status
from conversations.models import Attachment, Conversation, Message
from email_channel.models import EmailMessage
from hummdesk.events.queries import last_seq
from teams.access import Viewer
from tests.conversations.conftest import ViewerOf
from tests.factories import agent_of, make_conversation, make_mailbox, make_message, make_team
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true", "HX-Target": "conversation"}


@pytest.fixture
def conversation(acme: Account) -> Conversation:
    return make_conversation(messages=1, mailbox_id=make_mailbox(acme).id)


@pytest.fixture
def with_undo(acme: Account) -> None:
    Account.objects.filter(id=acme.id).update(settings={"undo_send_s": 10})


def url_of(conversation: Conversation) -> str:
    return f"/conversations/{conversation.display_id}/messages?view=all"


def upload(viewer: Viewer) -> Attachment:
    return upload_attachment(viewer=viewer, file=ContentFile(b"plan", name="x"), name="plan.txt")


def test_conversation_message_redirects_to_the_conversation_without_script(
    client_of: ClientOf, admin: User, conversation: Conversation
) -> None:
    answer = client_of(admin).post(url_of(conversation), {"body": "Hello", "cc": "Bob <BOB@x.example>; c@x.example"})

    message = Message.objects.get(kind=MessageKind.REPLY)
    assert answer.status_code == 303
    assert answer["Location"] == f"/conversations/{conversation.display_id}?view=all&sent={message.id}"
    assert (message.body_text, message.cc) == ("Hello", ["bob@x.example", "c@x.example"])


def test_conversation_message_answers_htmx_with_the_conversation(
    client_of: ClientOf, admin: User, conversation: Conversation
) -> None:
    given = {"kind": "reply", "body": "Hello", "status": "resolved"}

    answer = client_of(admin).post(url_of(conversation), given, headers=HTMX)

    conversation.refresh_from_db()
    assert answer.status_code == 200
    assert conversation.status == Status.RESOLVED
    assert "Hello" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert json.loads(answer["HX-Trigger-After-Settle"])["hd:sent"]["status"] == "resolved"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "reply", "body": "   "}, "Write something first."),
        ({"kind": "note", "body": ""}, "Write something first."),
        ({"kind": "reply", "body": "Hello", "cc": "nobody"}, "nobody is no e-mail address."),
        ({"kind": "forward", "body": "Hello"}, "Say whom to forward it to."),
        ({"kind": "reply", "body": "Hello", "sends_as": "note"}, "Choose first"),
        ({"kind": "note", "body": "Hello", "sends_as": "mail"}, "Choose first"),
        ({"kind": "reply", "body": "Hello", "status": "snoozed"}, "Choose a time that is still to come."),
        (
            {"body": "Hello", "status": "snoozed", "snoozed_until": "9999-12-31T23:59:59-12:00"},
            "Choose a time within a year.",
        ),
        ({"kind": "reply", "body": "Hello", "send_at": "2020-01-01T10:00"}, "Choose a time within the next year."),
        ({"kind": "reply", "body": "Hello", "attachments": "01936f2e-0000-7000-8000-000000000001"}, "Upload a file"),
    ],
)
def test_message_that_needs_mending_comes_back_with_its_words(
    client_of: ClientOf, admin: User, conversation: Conversation, given: dict[str, str], said: str
) -> None:
    client = client_of(admin)

    page = client.post(url_of(conversation), given)
    piece = client.post(url_of(conversation), given, headers=HTMX)

    assert (page.status_code, piece.status_code) == (422, 422)
    assert said in page.content.decode()
    assert given["body"].strip() in page.content.decode()
    assert said in piece.content.decode()
    assert piece["HX-Retarget"] == "#composer-errors"
    assert Message.objects.filter(conversation=conversation).count() == 1


def test_note_is_no_reply(client_of: ClientOf, admin: User, conversation: Conversation) -> None:
    client_of(admin).post(url_of(conversation), {"kind": "note", "body": "Between us", "sends_as": "note"})

    assert Message.objects.get(body_text="Between us").kind == MessageKind.NOTE
    assert not EmailMessage.objects.exists()


def test_html_of_the_editor_is_made_safe(client_of: ClientOf, admin: User, conversation: Conversation) -> None:
    given = {"body": "Hello you", "body_html": "<p>Hello <b>you</b><script>x()</script></p>"}

    client_of(admin).post(url_of(conversation), given)

    assert Message.objects.get(kind=MessageKind.REPLY).body_html == "<p>Hello <b>you</b></p>"


def test_forward_goes_to_others(client_of: ClientOf, admin: User, conversation: Conversation) -> None:
    client_of(admin).post(url_of(conversation), {"kind": "forward", "to": "maker@drills.example"})

    assert Message.objects.get(kind=MessageKind.REPLY).to == ["maker@drills.example"]
    assert [mail.to for mail in EmailMessage.objects.all()] == [[{"name": "", "address": "maker@drills.example"}]]


def test_files_come_with_the_form_where_there_is_no_script(
    client_of: ClientOf, admin: User, conversation: Conversation, viewer_as: ViewerOf
) -> None:
    before = upload(viewer_as(admin))
    file = SimpleUploadedFile("photo.txt", b"photo")

    client_of(admin).post(url_of(conversation), {"body": "Hello", "attachments": [str(before.id)], "files": [file]})

    names = Message.objects.get(kind=MessageKind.REPLY).attachments.values_list("name", flat=True)
    assert sorted(names) == ["photo.txt", "plan.txt"]


def test_reply_waits_where_somebody_wrote_meanwhile_and_leaves_with_force(
    client_of: ClientOf, admin: User, leader: User, conversation: Conversation, viewer_as: ViewerOf
) -> None:
    given = {"kind": "reply", "body": "Hello", "seen_seq": last_seq()}
    add_note(viewer=viewer_as(leader), conversation_id=conversation.id, body_text="I have called them")
    client = client_of(admin)

    page = client.post(url_of(conversation), given)
    piece = client.post(url_of(conversation), given, headers=HTMX)

    assert (page.status_code, piece.status_code) == (409, 409)
    assert not Message.objects.filter(kind=MessageKind.REPLY).exists()
    for answer in (page, piece):
        assert "I have called them" in answer.content.decode()
        assert "Send anyway" in answer.content.decode()
    assert "Hello</textarea>" in page.content.decode()

    client.post(url_of(conversation), {**given, "force": "on"})

    assert Message.objects.get(kind=MessageKind.REPLY).body_text == "Hello"


def test_send_and_snooze_and_send_later(client_of: ClientOf, admin: User, conversation: Conversation) -> None:
    at = timezone.localtime() + timedelta(days=2)
    local = at.astimezone(ZoneInfo("Europe/London")).strftime("%Y-%m-%dT%H:%M")

    client_of(admin).post(url_of(conversation), {"body": "One", "status": "snoozed", "snoozed_until": local})
    client_of(admin).post(url_of(conversation), {"body": "Two", "send_at": local})

    conversation.refresh_from_db()
    later = Message.objects.get(body_text="Two")
    assert conversation.status == Status.SNOOZED
    assert conversation.snoozed_until == later.send_at == at.replace(second=0, microsecond=0)
    assert later.is_scheduled


def test_undo_gives_the_reply_back_and_the_status(
    client_of: ClientOf, admin: User, conversation: Conversation, with_undo: None, viewer_as: ViewerOf
) -> None:
    client = client_of(admin)
    file = upload(viewer_as(admin))
    given = {"body": "Hello", "cc": "bob@x.example", "status": "resolved", "attachments": [str(file.id)]}
    answer = client.post(url_of(conversation), given, headers=HTMX)
    message = Message.objects.get(kind=MessageKind.REPLY)
    assert f"/messages/{message.id}/undo" in answer.content.decode()

    undone = client.post(f"/messages/{message.id}/undo?view=all", {"status": "open"})

    conversation.refresh_from_db()
    assert undone.status_code == 303
    assert conversation.status == Status.OPEN
    page = client.get(undone["Location"]).content.decode()
    assert "Hello</textarea>" in page
    assert 'value="bob@x.example"' in page
    assert "plan.txt" in page


def test_undo_is_offered_after_a_redirect_and_refused_once_it_left(
    client_of: ClientOf, admin: User, conversation: Conversation, with_undo: None
) -> None:
    client = client_of(admin)
    sent = client.post(url_of(conversation), {"body": "Hello"})
    message = Message.objects.get(kind=MessageKind.REPLY)
    assert f"/messages/{message.id}/undo" in client.get(sent["Location"]).content.decode()

    Message.objects.filter(id=message.id).update(send_at=None)

    assert f"/messages/{message.id}/undo" not in client.get(sent["Location"]).content.decode()
    assert client.post(f"/messages/{message.id}/undo").status_code == 409


def test_send_now_lets_a_held_reply_leave(
    client_of: ClientOf, admin: User, conversation: Conversation, with_undo: None
) -> None:
    client = client_of(admin)
    client.post(url_of(conversation), {"body": "Hello"})
    client.post(url_of(conversation), {"body": "Later", "send_at": "2099-01-01T09:00"})
    page = client.get(f"/conversations/{conversation.display_id}").content.decode()

    for message in Message.objects.filter(kind=MessageKind.REPLY):
        assert f"/messages/{message.id}/send-now" in page
        assert client.post(f"/messages/{message.id}/send-now").status_code == 303
        message.refresh_from_db()
        assert message.send_at is None
        assert client.post(f"/messages/{message.id}/send-now").status_code == 409


def test_send_now_is_for_the_author_and_for_replies(
    client_of: ClientOf, admin: User, agent: User, conversation: Conversation
) -> None:
    held = timezone.now() + timedelta(hours=1)
    reply = make_message(conversation, kind=MessageKind.REPLY, agent=agent_of(admin), send_at=held)
    note = make_message(conversation, kind=MessageKind.NOTE, agent=agent_of(agent))

    assert client_of(agent).post(f"/messages/{reply.id}/send-now").status_code == 403
    assert client_of(agent).post(f"/messages/{note.id}/send-now").status_code == 409
    reply.refresh_from_db()
    assert reply.send_at == held


def test_messages_in_another_team_are_not_found_and_not_written(
    client_of: ClientOf, agent: User, leader: User, with_undo: None, viewer_as: ViewerOf, acme: Account
) -> None:
    hidden = make_conversation(team=make_team(), messages=1)
    reply = make_message(hidden, kind=MessageKind.REPLY, agent=leader, send_at=timezone.now() + timedelta(seconds=10))

    for kind in ("reply", "note", "forward"):
        answer = client_of(agent).post(url_of(hidden), {"kind": kind, "body": "Hello", "to": "a@b.example"})
        assert answer.status_code == 404
    assert client_of(agent).post(f"/messages/{reply.id}/undo").status_code == 404
    assert client_of(agent).post(f"/messages/{reply.id}/send-now").status_code == 404
    assert hidden.messages.count() == 2


def test_messages_need_a_csrf_token(client_of: ClientOf, admin: User, conversation: Conversation) -> None:
    client = client_of(admin)
    client.handler.enforce_csrf_checks = True

    answer = client.post(url_of(conversation), {"body": "Hello"})

    assert answer.status_code == 403
    assert not Message.objects.filter(kind=MessageKind.REPLY).exists()


def test_reply_all_knows_who_was_on_the_last_mail(
    client_of: ClientOf, admin: User, conversation: Conversation
) -> None:
    make_message(conversation, cc=["bob@x.example"])

    page = client_of(admin).get(f"/conversations/{conversation.display_id}").content.decode()

    assert 'value="reply-all"' in page
    assert 'data-others="bob@x.example"' in page


def test_draft_is_in_the_composer(
    client_of: ClientOf, admin: User, conversation: Conversation, viewer_as: ViewerOf
) -> None:
    save_draft(viewer=viewer_as(admin), conversation_id=conversation.id, kind=MessageKind.NOTE, body_text="Half a")

    page = client_of(admin).get(f"/conversations/{conversation.display_id}").content.decode()

    assert "Half a</textarea>" in page
    assert re.search(r'value="note" checked', page)


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
