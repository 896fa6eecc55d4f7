"""Pictures of the web in messages: fetched by us, so that who reads is not seen, and only where an agent allows it."""

import hashlib
import threading

from django.core import signing
from django.core.cache import cache
from django.urls import reverse

from conversations.attachment_links import expiry_epoch_s, is_over
from conversations.file_types import HEAD_BYTES, IMAGE_TYPES, sniff_type
from hummdesk.egress import TargetRefused, call_outside
from hummdesk.errors import NotFound, ProviderUnavailable
from hummdesk.tenancy.context import release_connection, require_account_schema

MOST_BYTES = 5 * 1024 * 1024
_DEADLINE_S = 8.0
_REDIRECTS = 3
_KEPT_S = 3600
_KEPT_BYTES = 256 * 1024
_signer = signing.Signer(salt="conversations.remote_image")
# A mail may hold hundreds of pictures on a slow server; pages must still be answered meanwhile.
_SLOT_COUNT = 8
_SLOT_WAIT_S = 5.0
_slots = threading.BoundedSemaphore(_SLOT_COUNT)


def remote_image_url(address: str) -> str:
    """Return a path on our own host that shows a picture of the web, good for 150 to 300 seconds."""
    signed = _signer.sign_object([require_account_schema(), address, expiry_epoch_s()], compress=True)
    return f"{reverse('api-remote-image')}?signature={signed}"


def signed_image(signature: str) -> tuple[str, str]:
    """Return the account's schema and the address that a signature is for. Raises: NotFound, also when expired."""
    try:
        schema, address, expires_epoch_s = _signer.unsign_object(signature)
    except signing.BadSignature:
        raise NotFound from None
    if is_over(expires_epoch_s):
        raise NotFound
    return schema, address


def fetch_image(address: str) -> tuple[bytes, str]:
    """Return a picture of the web and its type, kept for an hour if it is small. Needs up to 13 seconds.

    Raises: NotFound for what is no picture, is too large, or lies where we don't call; ProviderUnavailable.
    """
    key = f"remote-image:{hashlib.sha256(address.encode()).hexdigest()}"
    kept: tuple[bytes, str] | None = cache.get(key)
    if kept is None:
        kept = _fetched(address)
        if len(kept[0]) <= _KEPT_BYTES:
            cache.set(key, kept, _KEPT_S)
    return kept


def _fetched(address: str) -> tuple[bytes, str]:
    release_connection()
    if not _slots.acquire(timeout=_SLOT_WAIT_S):
        raise ProviderUnavailable
    try:
        answer = call_outside(address, deadline_s=_DEADLINE_S, most_bytes=MOST_BYTES + 1, redirects=_REDIRECTS)
    except TargetRefused:
        raise NotFound from None
    finally:
        _slots.release()
    content_type = sniff_type(answer.content[:HEAD_BYTES], "")
    if answer.status != 200 or len(answer.content) > MOST_BYTES or content_type not in IMAGE_TYPES:
        raise NotFound
    return answer.content, content_type
