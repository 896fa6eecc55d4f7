from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from accounts.models import User
from conversations.actions.attach_files import attach_uploads, upload_attachment
from conversations.actions.make_thumbnail import make_thumbnail
from conversations.actions.receive_message import IncomingFile, IncomingText, receive_message
from conversations.enums import MessageKind
from conversations.models import Attachment, Conversation
from teams.access import Viewer
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_conversation, make_message
from tests.fixtures.cast import ApiOf
from tests.fixtures.work import RunTasks


def png() -> bytes:
    target = BytesIO()
    Image.new("RGB", (640, 480)).save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def viewer(viewer_as: ViewerOf, agent: User) -> Viewer:
    return viewer_as(agent)


@pytest.fixture
def conversation(viewer: Viewer) -> Conversation:
    return make_conversation()


def uploaded(viewer: Viewer, content: bytes) -> Attachment:
    return upload_attachment(viewer=viewer, file=ContentFile(content, name="x"), name="a.png")


def test_upload_gets_its_thumbnail(viewer: Viewer, run_tasks: RunTasks, api_of: ApiOf, agent: User) -> None:
    image = uploaded(viewer, png())

    run_tasks()

    url = api_of(agent).get(f"/api/v1/attachments/{image.id}").json()["thumbnail_url"]
    answer = api_of(None).get(url.removeprefix("http://acme.localhost"))
    assert answer["Content-Type"] == "image/webp"
    assert answer["Content-Disposition"].startswith("inline")
    assert Image.open(BytesIO(answer.getvalue())).size == (320, 240)


def test_images_of_a_mail_get_theirs_and_live_clients_hear_of_it(
    conversation: Conversation, run_tasks: RunTasks, published: Published
) -> None:
    files = [
        IncomingFile(name="a.png", content=png()),
        IncomingFile(name="b.png", content=b"\x89PNG\r\n\x1a\n broken"),
        IncomingFile(name="c.png", content=b"text"),
    ]
    text = IncomingText(body_html="", body_text="", files=files)
    message = receive_message(conversation=conversation, contact=conversation.contact, text=text)

    run_tasks()

    with_thumbnail = [file.name for file in message.attachments.all() if file.thumbnail]
    assert with_thumbnail == ["a.png"]
    assert published().count("AttachmentThumbnailMade") == 1


def test_thumbnail_is_made_once(viewer: Viewer, conversation: Conversation, published: Published) -> None:
    image = uploaded(viewer, png())
    note = make_message(conversation, kind=MessageKind.NOTE, agent=viewer.agent)
    attach_uploads(viewer=viewer, message=note, attachment_ids=[image.id])

    made = [make_thumbnail(image.id), make_thumbnail(image.id)]

    assert made == [True, False]
    assert published() == ["AttachmentUploaded", "AttachmentThumbnailMade"]


def test_image_that_is_gone_has_no_thumbnail(viewer: Viewer) -> None:
    image, other = uploaded(viewer, png()), uploaded(viewer, png())
    image.file.storage.delete(str(image.file.name))
    other.delete()

    assert [make_thumbnail(image.id), make_thumbnail(other.id)] == [False, False]
