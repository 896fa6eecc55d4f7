"""Resend's API on loopback, as far as mail needs it: sending with idempotency keys, received mail, domains, limits,
faults.

Source: resend.com/docs/api-reference/emails/*, /errors and /docs/dashboard/emails/idempotency-keys.
`resend_for_up` runs it beside `make up`, which then has a provider without a key.
"""

import hashlib
import json
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.resend_checks import Answer, complaint_about, error, recipients_of
from tests.servers.resend_domains import Domains
from tests.servers.resend_inbox import Inbox, ReceivedMail
from tests.servers.resend_suppressions import Suppressions
from tests.servers.resend_webhooks import WebhookEvent, Webhooks, iso

API_KEY = "re_test_key"
KEY_LASTS_S = 24 * 3600


class Fault(Enum):
    """What goes wrong with one request; the last three come after the mail was accepted."""

    ERROR_500 = auto()
    NOT_JSON_502 = auto()
    DROPPED = auto()
    ACCEPTED_THEN_500 = auto()
    ACCEPTED_THEN_DROPPED = auto()
    ACCEPTED_THEN_HELD = auto()


_BEFORE_IT_IS_ACCEPTED = (Fault.ERROR_500, Fault.NOT_JSON_502, Fault.DROPPED)


@dataclass(frozen=True)
class AcceptedMail:
    """A line of the ledger: what a customer gets. `message_id` is what stands in its header."""

    id: str
    key: str
    body: dict[str, Any]
    message_id: str = ""


@dataclass(frozen=True)
class AskedFor:
    """One request to the API, files left out; `at` in seconds."""

    at: float
    path: str
    status: int


@dataclass(frozen=True)
class _Remembered:
    digest: str
    answer: Answer
    at: float


class FakeResend:
    """The provider's side: its ledger, its inbox, its memory of keys, and the switches for faults.

    `advance` moves its clock. `limit_per_s` None means no limit. While `is_down`, every connection is dropped.
    `renames_messages`: mails leave with a Message-ID of the provider's own, as they do through Amazon SES.
    What is sent and received waits in `webhooks.made` as events.
    """

    def __init__(self) -> None:
        self.api_key = API_KEY
        self.url = ""
        self.limit_per_s: int | None = None
        self.delay_s = 0.0
        self.is_down = False
        self.renames_messages = False
        self.ledger: list[AcceptedMail] = []
        self.last_events: dict[str, str] = {}
        self.inbox = Inbox()
        self.domains = Domains()
        self.suppressions = Suppressions()
        self.webhooks = Webhooks()
        self.request_count = 0
        self.asked: list[AskedFor] = []
        self.failing_downloads = 0
        self.accepted = threading.Event()
        self.release = threading.Event()
        self._faults: deque[Fault] = deque()
        self._keys: dict[str, _Remembered] = {}
        self._in_progress: set[str] = set()
        self._recent: deque[float] = deque()
        self._lock = threading.Lock()
        self._ahead_s = 0.0

    def now(self) -> float:
        """Return the provider's clock, in seconds."""
        return time.time() + self._ahead_s

    def advance(self, seconds: float) -> None:
        """The provider's clock is this much later."""
        self._ahead_s += seconds

    def fail(self, fault: Fault, times: int = 1) -> None:
        """The next requests meet this fault."""
        self._faults.extend([fault] * times)

    def receive(self, raw: bytes, *to: str, at: float | None = None, **more: Sequence[str]) -> ReceivedMail:
        """A mail came in, and `email.received` waits to be told. `more`: cc, bcc, received_for."""
        mail = self.inbox.add(raw, to, at=self.now() if at is None else at, **more)
        self.webhooks.make("email.received", {"email_id": mail.id, **mail.metadata}, at=mail.at)
        return mail

    def tell(self, type: str, mail: AcceptedMail, *, at: float | None = None, **more: Any) -> WebhookEvent:
        """Return an event about a sent mail, such as `email.bounced` with `bounce={...}`; it waits to be told."""
        data = {
            "created_at": iso(self.now()),
            "email_id": mail.id,
            "message_id": mail.message_id,
            "from": mail.body["from"],
            "to": recipients_of(mail.body),
            "subject": mail.body["subject"],
            "tags": {tag["name"]: tag["value"] for tag in mail.body.get("tags") or ()},
            **more,
        }
        self.last_events[mail.id] = type.removeprefix("email.")
        return self.webhooks.make(type, data, at=self.now() if at is None else at)

    def answer(self, path: str, *, authorization: str, key: str = "", raw: bytes = b"") -> tuple[Answer, Fault | None]:
        """Return what a request gets, and the fault that keeps it from arriving."""
        with self._lock:
            self.request_count += 1
            fault = self._faults.popleft() if self._faults else None
        answer = self._refused(authorization, key)
        if answer is not None:
            fault = None
        elif fault in _BEFORE_IT_IS_ACCEPTED:
            answer = error(500, "application_error", "An unexpected error occurred.")
        else:
            answer = self._once(key, raw) if path == "/emails" else self._read(path)
            if fault is Fault.ACCEPTED_THEN_500:
                answer = error(500, "application_error", "An unexpected error occurred.")
        self.asked.append(AskedFor(self.now(), path, answer.status))
        return answer, fault

    def answer_domains(self, method: str, path: str, authorization: str, raw: bytes) -> Answer:
        """Return what a request about domains or suppressions gets."""
        refused = self._refused(authorization, "")
        if refused is not None:
            return refused
        if path.startswith("/suppressions/"):
            return self.suppressions.answer(method, path)
        return self.domains.answer(method, path, raw)

    def file(self, path: str) -> tuple[int, bytes]:
        """Return what a link leads to; such requests are not the API's and count for no limit."""
        content, expires_at = self.inbox.links.get(path, (b"", 0.0))
        return (200, content) if self.now() < expires_at else (403, b"<Error><Code>AccessDenied</Code></Error>")

    def _refused(self, authorization: str, key: str) -> Answer | None:
        if not authorization.removeprefix("Bearer").strip():
            return error(401, "missing_api_key", "Missing API key in the authorization header.")
        if authorization != f"Bearer {self.api_key}":
            return error(403, "invalid_api_key", "API key is invalid.")
        if self._is_over_limit():
            refused = error(429, "rate_limit_exceeded", "Too many requests. Please limit the number of requests.")
            return Answer(refused.status, refused.body, {"retry-after": "1"})
        if len(key) > 256:
            return error(400, "invalid_idempotency_key", "The key must be between 1-256 chars.")
        return None

    def _is_over_limit(self) -> bool:
        if self.limit_per_s is None:
            return False
        with self._lock:
            now = self.now()
            while self._recent and self._recent[0] <= now - 1:
                self._recent.popleft()
            self._recent.append(now)
            return len(self._recent) > self.limit_per_s

    def _read(self, path: str) -> Answer:
        """Answer a GET of mail, sent or received."""
        time.sleep(self.delay_s)
        place = urlsplit(path)
        asked = {name: values[-1] for name, values in parse_qs(place.query).items()}
        kind, *words = place.path.strip("/").split("/")[1:]
        if kind != "receiving":
            return self._sent(kind)
        if not words:
            limit = min(100, int(asked.get("limit", 20)))
            page = self.inbox.page(limit=limit, after=asked.get("after", ""), before=asked.get("before", ""))
            return Answer(200, page)
        mail = self.inbox.mails.get(words[0])
        if mail is None:
            return error(404, "not_found", "Email not found")
        if len(words) == 1:
            return Answer(200, self.inbox.whole(mail, url=self.url, now=self.now()))
        attachments = self.inbox.attachment_list(mail, url=self.url, now=self.now())
        if len(words) == 2:
            return Answer(200, {"object": "list", "has_more": False, "data": attachments})
        found = [attachment for attachment in attachments if attachment["id"] == words[2]]
        return Answer(200, {"object": "attachment", **found[0]}) if found else error(404, "not_found", "Not found")

    def _sent(self, id: str) -> Answer:
        """Answer a GET of a sent mail, which tells what happened to it last, and not when."""
        mail = next((one for one in self.ledger if one.id == id), None)
        if mail is None:
            return error(404, "not_found", "Email not found")
        names = ("from", "to", "cc", "bcc", "reply_to", "subject", "html", "text")
        body = {name: mail.body.get(name) for name in names}
        return Answer(200, {"object": "email", "id": id, "last_event": self.last_events[id], **body})

    def _once(self, key: str, raw: bytes) -> Answer:
        """Accept the mail unless one was accepted with this key within 24 hours."""
        if not key:
            return self._accept("", raw)
        digest = hashlib.sha256(raw).hexdigest()
        with self._lock:
            known = self._keys.get(key)
            if known and self.now() - known.at < KEY_LASTS_S:
                if known.digest == digest:
                    return known.answer
                return error(409, "invalid_idempotent_request", "Same idempotency key, different request payload.")
            if key in self._in_progress:
                return error(409, "concurrent_idempotent_requests", "Same idempotency key, request in progress.")
            self._in_progress.add(key)
        try:
            answer = self._accept(key, raw)
            if answer.status == 200:
                self._keys[key] = _Remembered(digest, answer, self.now())
            return answer
        finally:
            self._in_progress.discard(key)

    def _accept(self, key: str, raw: bytes) -> Answer:
        time.sleep(self.delay_s)
        body = json.loads(raw)
        complaint = complaint_about(body)
        if complaint:
            return complaint
        mail_id = str(uuid.uuid4())
        own = f"<{mail_id}@eu-west-1.amazonses.com>"
        asked_for = (body.get("headers") or {}).get("Message-ID", own)
        mail = AcceptedMail(mail_id, key, body, own if self.renames_messages else asked_for)
        self.ledger.append(mail)
        self.tell("email.sent", mail)
        return Answer(200, {"id": mail.id})


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 for a FakeResend."""

    protocol_version = "HTTP/1.1"
    fake: FakeResend

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/test/received?"):
            to = parse_qs(urlsplit(self.path).query).get("to", [])
            self._send(Answer(200, {"id": self.fake.receive(raw, *to).id}))
            return
        if self.path == "/domains":
            self._send_domains("POST", raw)
            return
        if self.path != "/emails":
            self._send(error(404, "not_found", "The requested endpoint does not exist."))
            return
        self._answer(raw)

    def do_GET(self) -> None:
        if self.path.startswith("/files/"):
            self._send_file()
        elif self.path.startswith("/emails/"):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer(b"")
        elif self.path.startswith(("/domains", "/suppressions/")):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._send_domains("GET", b"")
        else:
            self._send(error(405, "method_not_allowed", "Method is not allowed for the requested path."))

    def do_DELETE(self) -> None:
        if self.path.startswith("/suppressions/"):
            self._send_domains("DELETE", b"")
        else:
            self._send(error(405, "method_not_allowed", "Method is not allowed for the requested path."))

    def _answer(self, raw: bytes) -> None:
        if self.fake.is_down:
            self.close_connection = True
            return
        answer, fault = self.fake.answer(
            self.path,
            authorization=self.headers.get("Authorization", ""),
            key=self.headers.get("Idempotency-Key", ""),
            raw=raw,
        )
        if fault in (Fault.DROPPED, Fault.ACCEPTED_THEN_DROPPED):
            self.close_connection = True
            return
        if fault is Fault.ACCEPTED_THEN_HELD:
            self.fake.accepted.set()
            self.fake.release.wait(30)
        if fault is Fault.NOT_JSON_502:
            self._send_bytes(502, b"<h1>Bad gateway</h1>", "text/html", {})
            return
        self._send(answer)

    def _send_domains(self, method: str, raw: bytes) -> None:
        if self.fake.is_down:
            self.close_connection = True
            return
        self._send(self.fake.answer_domains(method, self.path, self.headers.get("Authorization", ""), raw))

    def _send_file(self) -> None:
        if self.fake.is_down or self.fake.failing_downloads > 0:
            self.fake.failing_downloads -= 1
            self.close_connection = True
            return
        status, content = self.fake.file(self.path)
        self._send_bytes(status, content, "application/octet-stream", {})

    def _send(self, answer: Answer) -> None:
        self._send_bytes(answer.status, json.dumps(answer.body).encode(), "application/json", answer.headers)

    def _send_bytes(self, status: int, content: bytes, content_type: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: test output is for failures."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed while it waited is what some tests are about."""


@contextmanager
def running_resend(port: int = 0) -> Iterator[tuple[FakeResend, str]]:
    """Run the provider; gives its state and its address."""
    fake = FakeResend()
    server = _Server(("127.0.0.1", port), type("Handler", (_Handler,), {"fake": fake}))
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake, fake.url
    finally:
        fake.release.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
