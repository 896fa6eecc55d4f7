"""Which files there are for whom."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from conversations.access import visible_conversations
from conversations.file_types import IMAGE_TYPES
from conversations.models import Attachment
from hummdesk.errors import NotFound
from teams.access import Viewer

# For `fan_out`: the account keeps an upload that nobody named in a message within a day.
UNUSED_UPLOADS_SQL = (
    "EXISTS (SELECT FROM {schema}.conversations_attachment WHERE message_id IS NULL"
    " AND created_at < now() - interval '24 hours')"
)


def attachment_for(viewer: Viewer, id: UUID) -> Attachment:
    """Return an attachment of a message that the viewer may see, or their own upload that no message names yet.

    One query. Raises: NotFound.
    """
    conversations = visible_conversations(viewer).values("id")
    seen = Q(message__conversation_id__in=conversations, message__deleted_at=None)
    own = Q(message=None, uploaded_by_id=viewer.id)
    return _found(Attachment.objects.filter(seen | own, id=id).first())


def stored_attachment(id: UUID) -> Attachment:
    """Return an attachment for somebody who has its signed address; none of a deleted message.

    One query. Raises: NotFound.
    """
    return _found(Attachment.objects.filter(Q(message=None) | Q(message__deleted_at=None), id=id).first())


def own_uploads(viewer: Viewer, ids: Sequence[UUID]) -> Sequence[Attachment]:
    """Return those of the viewer's uploads that no message names yet. One query, none without ids."""
    if not ids:
        return []
    return list(Attachment.objects.filter(id__in=ids, message=None, uploaded_by_id=viewer.id))


def _found(attachment: Attachment | None) -> Attachment:
    if attachment is None:
        raise NotFound
    return attachment


def images_without_thumbnail(message_id: UUID, limit: int) -> Sequence[UUID]:
    """Return the ids of a message's images that have no thumbnail, oldest first. One query."""
    images = Attachment.objects.filter(message_id=message_id, content_type__in=IMAGE_TYPES, thumbnail="")
    return list(images.order_by("created_at", "id").values_list("id", flat=True)[:limit])
