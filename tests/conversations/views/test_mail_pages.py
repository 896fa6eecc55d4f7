"""Mail with its look, in a frame of its own."""

import re

import pytest
from django.core.files.base import ContentFile

from accounts.models import Account, User
from conversations.models import Attachment, Conversation, MailPage, Message
from tests.factories import make_conversation, make_message
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true", "HX-Target": "conversation"}
PAGE = (
    '<table bgcolor="#eee"><tr><td style="color:red">Look<img src="cid:logo">'
    '<img src="remote:https%3A%2F%2Ft.example%2Fa"></td></tr></table>'
)


@pytest.fixture
def conversation(acme: Account) -> Conversation:
    return make_conversation(messages=1)


@pytest.fixture
def message(conversation: Conversation) -> Message:
    message = make_message(conversation, body_text="Plain", page_height_px=321)
    MailPage.objects.create(message=message, html=PAGE)
    Attachment.objects.create(
        message=message,
        file=ContentFile(b"x", name="logo.png"),
        name="logo.png",
        content_type="image/png",
        size_bytes=1,
        content_id="logo",
        is_inline=True,
    )
    return message


def test_thread_shows_the_page_in_a_frame_without_rights(
    client_of: ClientOf, admin: User, conversation: Conversation, message: Message
) -> None:
    page = client_of(admin).get(f"/conversations/{conversation.display_id}?view=all", headers=HTMX).content.decode()

    (frame,) = re.findall(r"<iframe[^>]*>", page)
    assert f'src="/messages/{message.id}/html"' in frame
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame
    assert 'height="321"' in frame
    assert 'loading="lazy"' in frame
    assert "Look" not in page


def test_page_has_a_policy_of_its_own(client_of: ClientOf, admin: User, message: Message) -> None:
    answer = client_of(admin).get(f"/messages/{message.id}/html")

    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["img-src"].endswith("/api/v1/")
    assert "script-src" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert '<td style="color:red">Look' in answer.content.decode()


def test_own_pictures_come_by_signature_and_those_of_the_web_when_asked_for(
    client_of: ClientOf, admin: User, message: Message
) -> None:
    client = client_of(admin)

    page = client.get(f"/messages/{message.id}/html").content.decode()
    with_pictures = client.get(f"/messages/{message.id}/html?pictures=1").content.decode()

    assert re.search(r'<img src="/api/v1/attachments/[^"]+/content\?signature=', page)
    assert "remote-image" not in page
    assert "t.example" not in page
    assert re.search(r'<img src="/api/v1/remote-image\?signature=', with_pictures)


def test_pictures_of_an_allowed_customer_show(
    client_of: ClientOf, admin: User, conversation: Conversation, message: Message
) -> None:
    conversation.contact.shows_remote_images = True
    conversation.contact.save(update_fields=["shows_remote_images"])

    assert "remote-image" in client_of(admin).get(f"/messages/{message.id}/html").content.decode()


def test_message_without_a_page_has_none(client_of: ClientOf, admin: User, conversation: Conversation) -> None:
    plain = conversation.messages.earliest("created_at")

    assert client_of(admin).get(f"/messages/{plain.id}/html").status_code == 404
