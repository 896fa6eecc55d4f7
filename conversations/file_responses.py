"""Handing out files that strangers sent: none of them ever acts as a page of ours."""

from collections.abc import AsyncIterator, Iterator
from typing import cast

from asgiref.sync import sync_to_async
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase

from conversations.attachment_links import Variant
from conversations.file_types import IMAGE_TYPES, served_type
from conversations.models import Attachment
from hummdesk.errors import NotFound

_POLICY = "default-src 'none'; sandbox"
_THUMBNAIL_TYPE = "image/webp"


class StreamedFile(FileResponse):
    """A file read block by block, also under ASGI, where Django would read all of it first."""

    block_size = 64 * 1024

    async def __aiter__(self) -> AsyncIterator[bytes]:
        blocks = cast(Iterator[bytes], self.streaming_content)

        def next_block() -> bytes:
            return next(blocks, b"")

        while block := await sync_to_async(next_block, thread_sensitive=False)():
            yield block


def file_response(attachment: Attachment, variant: Variant, *, is_download: bool = False) -> StreamedFile:
    """Return the file: images are shown in place unless `is_download`, everything else is a download.

    Raises: NotFound where there is no thumbnail, or no file on the disk.
    """
    is_thumbnail = variant == Variant.THUMBNAIL
    stored = attachment.thumbnail if is_thumbnail else attachment.file
    content_type = _THUMBNAIL_TYPE if is_thumbnail else served_type(attachment.content_type)
    if not stored:
        raise NotFound
    try:
        file = stored.open()
    except FileNotFoundError:
        raise NotFound from None
    response = StreamedFile(
        file,
        as_attachment=is_download or content_type not in IMAGE_TYPES,
        filename=attachment.name,
        content_type=content_type,
    )
    _guard(response)
    return response


def image_response(content: bytes, content_type: str) -> HttpResponse:
    """Return a picture to be shown in place; `content_type` is one of IMAGE_TYPES."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = "inline"
    _guard(response)
    return response


def _guard(response: HttpResponseBase) -> None:
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
