"""Files as the API shows them."""

from typing import Any

from rest_framework import serializers

from conversations.attachment_links import Variant, content_url
from conversations.file_types import IMAGE_TYPES
from conversations.models import Attachment


def attachment_fields(row: Attachment, origin: str = "") -> dict[str, Any]:
    """Return what is shown of a file. Its addresses are signed and work for minutes (see `content_url`).

    `origin` is put before them, such as `https://acme.example`; without it they are paths. No query.
    """
    return {
        "id": row.id,
        "name": row.name,
        "content_type": row.content_type,
        "size_bytes": row.size_bytes,
        "is_image": row.content_type in IMAGE_TYPES,
        "url": origin + content_url(row.id),
        "thumbnail_url": origin + content_url(row.id, Variant.THUMBNAIL) if row.thumbnail else None,
        "created_at": row.created_at,
    }


class AttachmentOutput(serializers.Serializer[Attachment]):
    """A file of a message, or one that waits to be named in a message."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    content_type = serializers.CharField(help_text="What the content is; what the uploader called it is not asked.")
    size_bytes = serializers.IntegerField()
    is_image = serializers.BooleanField(help_text="A PNG, JPEG, GIF or WebP, which is shown in place.")
    url = serializers.URLField(help_text="Hands out the file to whoever has it, for at most 5 minutes.")
    thumbnail_url = serializers.URLField(
        allow_null=True, help_text="A WebP of at most 320 by 320 pixels; made shortly after the upload."
    )
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: Attachment) -> dict[str, Any]:
        """Return the fields, their addresses on the host of the request where one is in the context."""
        request = self.context.get("request")
        return attachment_fields(instance, request.build_absolute_uri("/")[:-1] if request else "")
