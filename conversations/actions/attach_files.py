"""Files: uploaded first, then named in a message, or forgotten after a day."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.account_settings import number_setting
from accounts.permissions import Permission
from conversations.errors import EmptyFile, TooManyUploads, UnknownAttachments
from conversations.events import AttachmentUploaded
from conversations.file_types import HEAD_BYTES, sniff_type
from conversations.models import Attachment, FirstMessageDraft, Message, MessageDraft
from hummdesk.clean_text import clean_file_name
from hummdesk.errors import PayloadTooLarge
from hummdesk.events.publishing import action, publish
from teams.access import Viewer

UNUSED_FOR = timedelta(hours=24)
# Of one agent; a loop that uploads and never sends would fill the disk.
UNUSED_MOST = 100
_NAMELESS = "file"


@action
def upload_attachment(*, viewer: Viewer, file: "File[Any]", name: str) -> Attachment:
    """The file lies in the account's folder, ready to be named in a message by its uploader.

    Its type is what its content says. Raises: PermissionDenied, EmptyFile, PayloadTooLarge (over the account's
    `attachment_max_bytes`), TooManyUploads. Publishes: AttachmentUploaded.
    """
    viewer.require(Permission.REPLY)
    size_bytes, most_bytes = file.size, number_setting("attachment_max_bytes")
    if not size_bytes:
        raise EmptyFile
    if size_bytes > most_bytes:
        raise PayloadTooLarge(_("A file may have at most %(count)d bytes.") % {"count": most_bytes})
    if Attachment.objects.filter(message=None, uploaded_by=viewer.agent).count() >= UNUSED_MOST:
        raise TooManyUploads
    name = clean_file_name(name, _NAMELESS)
    attachment = Attachment.objects.create(
        uploaded_by=viewer.agent,
        file=file,
        name=name,
        content_type=sniff_type(_head_of(file), name),
        size_bytes=size_bytes,
    )
    publish(AttachmentUploaded(actor=viewer.actor, attachment_id=attachment.id))
    return attachment


def _head_of(file: "File[Any]") -> bytes:
    file.seek(0)
    head: bytes = file.read(HEAD_BYTES)
    file.seek(0)
    return head


def attach_uploads(*, viewer: Viewer, message: Message, attachment_ids: Sequence[UUID]) -> None:
    """The viewer's uploads belong to the message; part of the action that writes it. Two queries, none without ids.

    Locks the uploads. Raises: UnknownAttachments for an id that is not an unused upload of the viewer's.
    """
    ids = set(attachment_ids)
    if not ids:
        return
    unused = Attachment.objects.select_for_update().filter(id__in=ids, message=None, uploaded_by=viewer.agent)
    missing = ids - set(unused.values_list("id", flat=True))
    if missing:
        raise UnknownAttachments(missing)
    Attachment.objects.filter(id__in=ids).update(message=message, content_id="", is_inline=False)
    # What the text shows in place travels as a part of its HTML (RFC 2392).
    for each in (one for one in ids if f'src="cid:{inline_id(one)}"' in message.body_html):
        Attachment.objects.filter(id=each).update(content_id=inline_id(each), is_inline=True)


def inline_id(id: UUID) -> str:
    """Return the Content-ID of an upload: `<img src="cid:…">` with it shows the file in the text."""
    return str(id)


def purge_unused_uploads(limit: int) -> int:
    """Uploads that no message has named for a day are gone, with their files; returns how many.

    Files go after the rows: what a crash in between leaves lies on the disk alone, and no row lacks its file.
    """
    paths = _forget_unused_uploads(limit)
    for path in filter(None, (path for pair in paths for path in pair)):
        default_storage.delete(path)
    return len(paths)


@action
def _forget_unused_uploads(limit: int) -> Sequence[tuple[str, str]]:
    """Return (file, thumbnail) of the rows that went, which no draft names either.

    Locks them, passing over those that a message takes just now.
    """
    unused = Attachment.objects.select_for_update(skip_locked=True).filter(
        message=None, created_at__lt=timezone.now() - UNUSED_FOR
    )
    drafts = [
        kind.objects.exclude(attachment_ids=[]).values_list("attachment_ids", flat=True)
        for kind in (MessageDraft, FirstMessageDraft)
    ]
    unused = unused.exclude(id__in={each for ids in chain(*drafts) for each in ids})
    rows = list(unused.order_by("created_at").values_list("id", "file", "thumbnail")[:limit])
    Attachment.objects.filter(id__in=[row[0] for row in rows]).delete()
    return [(file, thumbnail) for _id, file, thumbnail in rows]
