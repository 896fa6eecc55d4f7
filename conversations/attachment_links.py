"""Addresses under which a file can be fetched for some minutes by whoever has them, without signing in."""

import math
import time
from enum import StrEnum
from uuid import UUID

from django.core import signing
from django.urls import reverse

from hummdesk.errors import NotFound
from hummdesk.tenancy.context import require_account_schema

LIFETIME_S = 300
# An address stays the same this long, so that browsers and ETags know it again.
_STEP_S = 150
_signer = signing.Signer(salt="conversations.attachment")


def expiry_epoch_s() -> int:
    """Return when an address that is made now ends, in seconds since the epoch."""
    return math.floor(time.time() / _STEP_S) * _STEP_S + LIFETIME_S


def is_over(expires_epoch_s: int) -> bool:
    """Return whether that moment has passed."""
    return expires_epoch_s < time.time()


class Variant(StrEnum):
    """Which of an attachment's files is meant."""

    FILE = "file"
    THUMBNAIL = "thumbnail"


def content_url(id: UUID, variant: Variant = Variant.FILE) -> str:
    """Return the path with its signature, good for 150 to 300 seconds, in the account in force."""
    signature = _signer.sign_object([require_account_schema(), str(id), variant, expiry_epoch_s()])
    return f"{reverse('api-attachment-content', args=[id])}?signature={signature}"


def signed_content(id: UUID, signature: str) -> tuple[str, Variant]:
    """Return the account's schema and the variant that a signature is for.

    Raises: NotFound for one that is forged, of another file, or expired.
    """
    try:
        schema, signed_id, variant, expires_epoch_s = _signer.unsign_object(signature)
    except signing.BadSignature:
        raise NotFound from None
    if signed_id != str(id) or is_over(expires_epoch_s):
        raise NotFound
    return schema, Variant(variant)
