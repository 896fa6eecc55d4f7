"""Whether a webhook is the provider's own.

Svix signs `id.timestamp.body` with HMAC-SHA256 (docs.svix.com/receiving/verifying-payloads), which Standard Webhooks
does too, under other names of the headers. A time more than five minutes away is refused.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError

from email_channel.errors import SignatureRefused
from hummdesk.errors import ParseFailed

_HEADERS = {"webhook-id": "svix-id", "webhook-timestamp": "svix-timestamp", "webhook-signature": "svix-signature"}


def verified_event(body: bytes, headers: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """Return the id and the payload of a webhook, by the raw body as it came.

    Raises: SignatureRefused, also while there is no secret; ParseFailed for what is signed and no JSON object.
    """
    given = {ours: headers.get(theirs, "") for ours, theirs in _HEADERS.items()}
    try:
        Webhook(settings.RESEND_WEBHOOK_SECRET).verify(body, given, json_parse=False)
    except (WebhookVerificationError, EmptyWebhookSecretError, ValueError) as error:
        raise SignatureRefused from error
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ParseFailed from error
    if not isinstance(payload, dict):
        raise ParseFailed
    return given["webhook-id"], payload
