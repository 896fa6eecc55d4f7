"""Mails as they came, handed out as bytes or shown as text; none of them ever acts as a page of ours."""

from django.db.models.fields.files import FieldFile

from conversations.file_responses import StreamedFile
from hummdesk.errors import NotFound

# More of a mail than this is for a mail program.
SHOWN_BYTES = 256 * 1024
_POLICY = "default-src 'none'; sandbox"


def raw_response(raw: FieldFile, *, name: str) -> StreamedFile:
    """Return the mail as a download. Raises: NotFound where it was not kept, or its file is gone."""
    response = StreamedFile(_opened(raw), as_attachment=True, filename=name, content_type="message/rfc822")
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    return response


def raw_beginning(raw: FieldFile) -> tuple[str, bool]:
    """Return the beginning of the mail as text, and whether there is more. Raises: NotFound as above."""
    with _opened(raw) as file:
        source = bytes(file.read(SHOWN_BYTES + 1))
    return source[:SHOWN_BYTES].decode("utf-8", errors="replace"), len(source) > SHOWN_BYTES


def _opened(raw: FieldFile) -> FieldFile:
    if not raw:
        raise NotFound
    try:
        return raw.open("rb")
    except FileNotFoundError:
        raise NotFound from None
