"""Files of messages, on the pages of an account."""

from typing import Any

from django.http import FileResponse
from django.views.decorators.http import require_GET

from accounts.decorators import MemberRequest, member_required
from conversations.attachment_links import Variant
from conversations.file_responses import file_response
from conversations.queries.attachments import attachment_for
from teams.access import viewer_of


@member_required
@require_GET
def attachment_download(request: MemberRequest, id: Any) -> FileResponse:
    """Hand out a file as a download."""
    return file_response(attachment_for(viewer_of(request.membership), id), Variant.FILE, is_download=True)


@member_required
@require_GET
def attachment_thumbnail(request: MemberRequest, id: Any) -> FileResponse:
    """Show the small picture of an image."""
    return file_response(attachment_for(viewer_of(request.membership), id), Variant.THUMBNAIL)
