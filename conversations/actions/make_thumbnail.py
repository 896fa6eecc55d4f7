"""Small pictures of what is an image."""

from uuid import UUID

from django.core.files.base import ContentFile

from conversations.events import AttachmentThumbnailMade
from conversations.file_types import IMAGE_TYPES
from conversations.models import Attachment
from conversations.thumbnails import MOST_BYTES, thumbnail_of
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish


def make_thumbnail(attachment_id: UUID) -> bool:
    """The image has its thumbnail; returns whether one was made now.

    Nothing happens to what is no image, is too large, or can't be read: then there is no thumbnail. The picture is
    shrunk outside of any transaction, for up to 30 seconds. Publishes: AttachmentThumbnailMade, if a message has it.
    """
    images = Attachment.objects.filter(content_type__in=IMAGE_TYPES, thumbnail="", size_bytes__lte=MOST_BYTES)
    image = images.filter(id=attachment_id).first()
    if image is None:
        return False
    try:
        with image.file.open() as file:
            thumbnail = thumbnail_of(file)
    except FileNotFoundError:  # the upload was purged meanwhile
        return False
    return thumbnail is not None and _store_thumbnail(attachment_id, thumbnail)


@action
def _store_thumbnail(attachment_id: UUID, thumbnail: bytes) -> bool:
    """Locks the attachment, which may be gone or have a thumbnail by now."""
    locked = Attachment.objects.select_for_update(of=("self",)).select_related("message")
    image = locked.filter(id=attachment_id, thumbnail="").first()
    if image is None:
        return False
    image.thumbnail.save("thumbnail", ContentFile(thumbnail), save=False)
    image.save(update_fields=["thumbnail"])
    if image.message is not None:
        publish(
            AttachmentThumbnailMade(
                actor=Actor.system(),
                conversation_id=image.message.conversation_id,
                message_id=image.message.id,
                attachment_id=image.id,
            )
        )
    return True
