"""Resend's webhooks, as Svix signs and sends them: at least once, in no order, tried again for about 27 hours.

Source: resend.com/docs/webhooks/emails/*, docs.svix.com/retries and docs.svix.com/receiving/verifying-payloads.
"""

import base64
import http.client
import json
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from standardwebhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 32 bytes.").decode()
# Seconds after the try before it.
RETRIES_S = (0, 5, 300, 1800, 7200, 18000, 36000, 36000)
_TIMEOUT_S = 15


@dataclass(frozen=True)
class WebhookEvent:
    """One event; each post of it carries the same id and body, and a new time."""

    id: str
    type: str
    body: bytes

    def headers(self, *, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
        """Return the headers of a post at this moment (seconds), now by default."""
        moment = int(time.time() if at is None else at)
        signature = Webhook(secret).sign(self.id, datetime.fromtimestamp(moment, UTC), self.body.decode())
        return {
            "Content-Type": "application/json",
            "User-Agent": "Svix-Webhooks/1.62.0",
            "svix-id": self.id,
            "svix-timestamp": str(moment),
            "svix-signature": signature,
        }

    def post(self, url: str, *, host: str = "", at: float | None = None, secret: str = SECRET) -> int:
        """Send it to an address; returns the status, 0 when nobody answered. `host`: another Host header."""
        place = urlsplit(url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=_TIMEOUT_S)
        headers = self.headers(at=at, secret=secret) | ({"Host": host} if host else {})
        try:
            connection.request("POST", place.path, self.body, headers)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()


@dataclass
class Webhooks:
    """What the provider has to tell. While `is_mute`, nothing is told, as when the endpoint was switched off."""

    secret: str = SECRET
    is_mute: bool = False
    made: list[WebhookEvent] = field(default_factory=list)

    def make(self, type: str, data: dict[str, Any], *, at: float | None = None) -> WebhookEvent:
        """Return a new event, which also waits in `made` to be sent."""
        body = {"type": type, "created_at": iso(time.time() if at is None else at), "data": data}
        event = WebhookEvent(f"msg_{uuid.uuid4().hex}", type, json.dumps(body).encode())
        if not self.is_mute:
            self.made.append(event)
        return event

    def take(self, *types: str) -> list[WebhookEvent]:
        """Return what waits to be sent, of these types or all, and forget it."""
        taken = [event for event in self.made if not types or event.type in types]
        self.made = [event for event in self.made if event not in taken]
        return taken

    def post_all(self, url: str, *, host: str = "", tries: Iterable[int] = RETRIES_S[:3]) -> list[WebhookEvent]:
        """Send what waits, each again after so many seconds until it is taken; returns what nobody took."""
        left = self.take()
        for wait_s in tries:
            if left:
                time.sleep(wait_s)
            left = [event for event in left if not 200 <= event.post(url, host=host, secret=self.secret) < 300]
        return left


def iso(at: float) -> str:
    """Return a moment as the provider writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
