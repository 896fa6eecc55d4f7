from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from conversations.actions.attach_files import attach_uploads, purge_unused_uploads, upload_attachment
from conversations.enums import MessageKind
from conversations.errors import UnknownAttachments
from conversations.models import Attachment, Message
from hummdesk.errors import PermissionDenied
from teams.access import Viewer
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_conversation, make_message


@pytest.fixture
def viewer(viewer_as: ViewerOf, agent: User) -> Viewer:
    return viewer_as(agent)


@pytest.fixture
def note(agent: User) -> Message:
    return make_message(make_conversation(), kind=MessageKind.NOTE, agent=agent)


def uploaded(viewer: Viewer, name: str = "a.txt") -> Attachment:
    return upload_attachment(viewer=viewer, file=ContentFile(b"text", name="x"), name=name)


def test_upload_is_published(viewer: Viewer, published: Published) -> None:
    uploaded(viewer)

    assert published() == ["AttachmentUploaded"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "passwd"), ("a\r\nb\x00.txt", "a b .txt"), ("..", "file"), ("C:\\x\\y.txt", "y.txt")],
)
def test_upload_keeps_a_bare_name(viewer: Viewer, name: str, kept: str) -> None:
    assert uploaded(viewer, name).name == kept


def test_upload_shortens_a_long_name_and_keeps_its_end(viewer: Viewer) -> None:
    name = uploaded(viewer, "a" * 500 + ".pdf").name

    assert len(name) <= 255
    assert name.endswith(".pdf")


def test_upload_needs_the_permission(viewer: Viewer) -> None:
    with pytest.raises(PermissionDenied):
        uploaded(Viewer(viewer.agent, frozenset()))

    assert not Attachment.objects.exists()


def test_attach_uploads_gives_them_to_the_message(viewer: Viewer, note: Message) -> None:
    files = [uploaded(viewer), uploaded(viewer)]

    attach_uploads(viewer=viewer, message=note, attachment_ids=[file.id for file in files] * 2)

    assert {file.id for file in note.attachments.all()} == {file.id for file in files}


def test_attach_uploads_takes_none_where_one_is_not_the_viewers_to_use(
    viewer: Viewer, viewer_as: ViewerOf, admin: User, note: Message
) -> None:
    own, used, others = uploaded(viewer), uploaded(viewer), uploaded(viewer_as(admin))
    attach_uploads(viewer=viewer, message=note, attachment_ids=[used.id])

    refused: list[UUID] = [used.id, others.id, uuid4()]
    for other_id in refused:
        with pytest.raises(UnknownAttachments):
            attach_uploads(viewer=viewer, message=note, attachment_ids=[own.id, other_id])

    assert [file.id for file in note.attachments.all()] == [used.id]


def test_purge_forgets_what_no_message_took_within_a_day(viewer: Viewer, note: Message) -> None:
    old, young, used = uploaded(viewer), uploaded(viewer), uploaded(viewer)
    attach_uploads(viewer=viewer, message=note, attachment_ids=[used.id])
    Attachment.objects.exclude(id=young.id).update(created_at=timezone.now() - timedelta(hours=25))

    count = purge_unused_uploads(limit=10)

    assert count == 1
    assert set(Attachment.objects.values_list("id", flat=True)) == {young.id, used.id}
    assert [default_storage.exists(str(file.file.name)) for file in (old, young, used)] == [False, True, True]


def test_purge_takes_the_thumbnail_along_and_stops_at_its_limit(viewer: Viewer) -> None:
    files = [uploaded(viewer), uploaded(viewer)]
    for file in files:
        file.thumbnail.save("t", ContentFile(b"t"))
    Attachment.objects.update(created_at=timezone.now() - timedelta(hours=25))

    assert purge_unused_uploads(limit=1) == 1
    assert purge_unused_uploads(limit=9) == 1
    assert purge_unused_uploads(limit=9) == 0
    assert not any(default_storage.exists(str(file.thumbnail.name)) for file in files)
