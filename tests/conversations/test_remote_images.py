import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, User
from conversations.models import Attachment, Contact, Conversation
from conversations.remote_images import MOST_BYTES, remote_image_url
from hummdesk.safe_html import sanitise_html
from tests.factories import make_contact, make_conversation, make_message
from tests.fixtures.cast import ApiOf, ClientOf
from tests.servers.pictures import PictureServer, running_pictures

PNG = b"\x89PNG\r\n\x1a\n and more"
SECRET = {"cookie", "referer", "authorization"}


@pytest.fixture
def pictures(settings: Settings, acme: Account) -> Iterator[PictureServer]:
    with running_pictures() as server:
        settings.EGRESS_ALLOWED = frozenset({server.address})
        server.pictures["/a.png"] = PNG
        yield server


@pytest.fixture
def contact(acme: Account) -> Contact:
    return make_contact()


@pytest.fixture
def conversation(contact: Contact) -> Conversation:
    conversation = make_conversation(contact=contact)
    html = '<p>Hi</p><img src="https://t.example/1.gif" alt="Sale"><img src="cid:logo%401@x"><img src="cid:none@x">'
    message = make_message(conversation, body_html=sanitise_html(html), quoted_html=sanitise_html(html))
    Attachment.objects.create(
        message=message,
        file=ContentFile(PNG, name="x"),
        name="logo.png",
        content_type="image/png",
        size_bytes=len(PNG),
        content_id="logo@1@x",
    )
    return conversation


def sources(html: str) -> list[str]:
    return re.findall(r'<img[^>]* src="([^"]*)"', html)


def test_api_shows_a_messages_own_pictures_and_blocks_those_of_the_web(
    api_of: ApiOf, agent: User, conversation: Conversation
) -> None:
    (message,) = api_of(agent).get(f"/api/v1/conversations/{conversation.id}/messages").json()["results"]

    (source,) = sources(message["body_html"])
    assert message["blocked_image_count"] == 1
    assert '<img alt="Sale">' in message["body_html"]
    assert "t.example" not in message["body_html"] + message["quoted_html"]
    assert api_of(None).get(source.removeprefix("http://acme.localhost")).getvalue() == PNG


def test_page_shows_the_same(client_of: ClientOf, admin: User, conversation: Conversation) -> None:
    client = client_of(admin)
    page = client.get(f"/conversations/{conversation.display_id}").text

    own = [source for source in sources(page) if "/attachments/" in source]
    assert len(own) == 2
    assert client.get(own[0]).getvalue() == PNG
    assert "1 picture from the web not loaded" in page
    assert "t.example" not in page


def test_pictures_of_an_allowed_contact_come_through_us(
    api_of: ApiOf, client_of: ClientOf, admin: User, contact: Contact, conversation: Conversation
) -> None:
    Contact.objects.filter(id=contact.id).update(shows_remote_images=True)

    (message,) = api_of(admin).get(f"/api/v1/conversations/{conversation.id}/messages").json()["results"]
    page = client_of(admin).get(f"/conversations/{conversation.display_id}").text

    assert message["blocked_image_count"] == 0
    assert sources(message["body_html"])[0].startswith("http://acme.localhost/api/v1/remote-image?signature=")
    assert [source for source in sources(page) if source.startswith("/api/v1/remote-image?")]
    assert "not loaded" not in page
    assert "t.example" not in page


@pytest.mark.parametrize("on_platform", [False, True])
def test_remote_image_is_fetched_without_a_word_about_the_reader(
    api_of: ApiOf, pictures: PictureServer, on_platform: bool
) -> None:
    client = api_of(None, at=None) if on_platform else api_of(None)
    url = remote_image_url(pictures.url("/a.png"))

    answers = [client.get(url, headers={"Referer": "http://acme.localhost/x", "Cookie": "a=b"}) for _ in range(2)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(200, PNG), (200, PNG)]
    assert answers[0]["Content-Type"] == "image/png"
    assert "sandbox" in answers[0]["Content-Security-Policy"]
    assert len(pictures.asked) == 1
    assert not SECRET & set(pictures.asked[0])


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/page.png", b"<html><script>x()</script>"),
        ("/svg.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("/large.png", PNG + bytes(MOST_BYTES)),
        ("/missing.png", None),
    ],
)
def test_what_is_no_picture_is_not_handed_on(
    api_of: ApiOf, pictures: PictureServer, path: str, content: bytes | None
) -> None:
    if content is not None:
        pictures.pictures[path] = content

    assert api_of(None).get(remote_image_url(pictures.url(path))).status_code == 404


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:5432/", "https://[::1]/a.png", "file:///etc/passwd", "nonsense"]
)
def test_addresses_within_are_never_called(api_of: ApiOf, pictures: PictureServer, address: str) -> None:
    assert api_of(None).get(remote_image_url(address)).status_code == 404


def test_remote_image_needs_a_signature_of_the_account_and_of_now(
    api_of: ApiOf, pictures: PictureServer, nordhem: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = remote_image_url(pictures.url("/a.png"))
    then = timezone.now() - timedelta(seconds=301)
    monkeypatch.setattr("time.time", then.timestamp)
    old = remote_image_url(pictures.url("/a.png"))
    monkeypatch.undo()

    assert api_of(None, at=nordhem).get(url).status_code == 404
    assert api_of(None).get(f"{url}x").status_code == 404
    assert api_of(None).get(old).status_code == 404
    assert api_of(None).get("/api/v1/remote-image").status_code == 404
    assert not pictures.asked
