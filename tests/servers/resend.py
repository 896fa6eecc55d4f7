"""Resend's API on loopback, as far as mail needs it: `POST /emails` with idempotency keys, limits and faults.

Source: resend.com/docs/api-reference/emails/send-email, /errors and /docs/dashboard/emails/idempotency-keys.
"""

import base64
import hashlib
import json
import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

API_KEY = "re_test_key"
KEY_LASTS_S = 24 * 3600
_ADDRESS = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\"]+")
_MAILBOX = re.compile(r"(?:(?P<name>\"[^\"]*\"|[^<>\"]*) )?<(?P<address>[^<>]+)>")


class Fault(Enum):
    """What goes wrong with one request; the last three come after the mail was accepted."""

    ERROR_500 = auto()
    NOT_JSON_502 = auto()
    DROPPED = auto()
    ACCEPTED_THEN_500 = auto()
    ACCEPTED_THEN_DROPPED = auto()
    ACCEPTED_THEN_HELD = auto()


@dataclass(frozen=True)
class AcceptedMail:
    """A line of the ledger: what a customer gets."""

    id: str
    key: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """A status with its JSON."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Remembered:
    digest: str
    answer: Answer
    at: float


class FakeResend:
    """The provider's side: its ledger, its memory of keys, and the switches for faults.

    `clock` gives seconds; `advance` moves it. `limit_per_s` None means no limit.
    """

    def __init__(self) -> None:
        self.api_key = API_KEY
        self.limit_per_s: int | None = None
        self.delay_s = 0.0
        self.ledger: list[AcceptedMail] = []
        self.request_count = 0
        self.accepted = threading.Event()
        self.release = threading.Event()
        self._faults: deque[Fault] = deque()
        self._keys: dict[str, _Remembered] = {}
        self._in_progress: set[str] = set()
        self._recent: deque[float] = deque()
        self._lock = threading.Lock()
        self._ahead_s = 0.0

    def advance(self, seconds: float) -> None:
        """The provider's clock is this much later."""
        self._ahead_s += seconds

    def fail(self, fault: Fault, times: int = 1) -> None:
        """The next requests meet this fault."""
        self._faults.extend([fault] * times)

    def answer(self, *, authorization: str, key: str, raw: bytes) -> tuple[Answer, Fault | None]:
        """Return what a request gets, and the fault that keeps it from arriving."""
        with self._lock:
            self.request_count += 1
            fault = self._faults.popleft() if self._faults else None
        refusal = self._refused(authorization, key)
        if refusal:
            return refusal, None
        if fault in (Fault.ERROR_500, Fault.NOT_JSON_502, Fault.DROPPED):
            return _error(500, "application_error", "An unexpected error occurred."), fault
        answer = self._once(key, raw)
        if fault is Fault.ACCEPTED_THEN_500:
            return _error(500, "application_error", "An unexpected error occurred."), fault
        return answer, fault

    def _refused(self, authorization: str, key: str) -> Answer | None:
        if not authorization.removeprefix("Bearer").strip():
            return _error(401, "missing_api_key", "Missing API key in the authorization header.")
        if authorization != f"Bearer {self.api_key}":
            return _error(403, "invalid_api_key", "API key is invalid.")
        if self._is_over_limit():
            error = _error(429, "rate_limit_exceeded", "Too many requests. Please limit the number of requests.")
            return Answer(error.status, error.body, {"retry-after": "1"})
        if len(key) > 256:
            return _error(400, "invalid_idempotency_key", "The key must be between 1-256 chars.")
        return None

    def _is_over_limit(self) -> bool:
        if self.limit_per_s is None:
            return False
        with self._lock:
            now = self._now()
            while self._recent and self._recent[0] <= now - 1:
                self._recent.popleft()
            self._recent.append(now)
            return len(self._recent) > self.limit_per_s

    def _once(self, key: str, raw: bytes) -> Answer:
        """Accept the mail unless one was accepted with this key within 24 hours."""
        if not key:
            return self._accept("", raw)
        digest = hashlib.sha256(raw).hexdigest()
        with self._lock:
            known = self._keys.get(key)
            if known and self._now() - known.at < KEY_LASTS_S:
                if known.digest == digest:
                    return known.answer
                return _error(409, "invalid_idempotent_request", "Same idempotency key, different request payload.")
            if key in self._in_progress:
                return _error(409, "concurrent_idempotent_requests", "Same idempotency key, request in progress.")
            self._in_progress.add(key)
        try:
            answer = self._accept(key, raw)
            if answer.status == 200:
                self._keys[key] = _Remembered(digest, answer, self._now())
            return answer
        finally:
            self._in_progress.discard(key)

    def _accept(self, key: str, raw: bytes) -> Answer:
        time.sleep(self.delay_s)
        body = json.loads(raw)
        complaint = _complaint(body)
        if complaint:
            return complaint
        mail = AcceptedMail(str(uuid.uuid4()), key, body)
        self.ledger.append(mail)
        return Answer(200, {"id": mail.id})

    def _now(self) -> float:
        return time.monotonic() + self._ahead_s


def _complaint(body: dict[str, Any]) -> Answer | None:
    for name in ("from", "to", "subject"):
        if not body.get(name):
            return _error(422, "missing_required_field", f"Missing `{name}` field.")
    if not (body.get("html") or body.get("text")):
        return _error(422, "missing_required_field", "Missing `html` or `text` field.")
    recipients = body["to"] if isinstance(body["to"], list) else [body["to"]]
    if len(recipients) > 50:
        return _error(422, "validation_error", "Invalid `to` field. At most 50 recipients.")
    copies = [(name, copy) for name in ("cc", "bcc") for copy in body.get(name) or ()]
    for name, mailbox in [("from", body["from"]), *(("to", recipient) for recipient in recipients), *copies]:
        if not _is_mailbox(mailbox):
            return _error(422, "validation_error", f"Invalid `{name}` field.")
    headers = body.get("headers") or {}
    if not all(isinstance(value, str) and not re.search(r"[\r\n\x00]", value) for value in headers.values()):
        return _error(422, "validation_error", "Invalid `headers` field.")
    files = body.get("attachments") or ()
    broken = _error(422, "invalid_attachment", "Attachment must have either a `content` or `path`.")
    return None if all(map(_is_file, files)) else broken


def _is_file(attachment: dict[str, Any]) -> bool:
    try:
        base64.b64decode(attachment["content"], validate=True)
    except (KeyError, ValueError):
        return False
    return bool(attachment.get("filename"))


def _is_mailbox(text: object) -> bool:
    if not isinstance(text, str) or re.search(r"[\r\n\x00]", text):
        return False
    match = _MAILBOX.fullmatch(text)
    return _ADDRESS.fullmatch(match["address"] if match else text) is not None


def _error(status: int, name: str, message: str) -> Answer:
    return Answer(status, {"statusCode": status, "name": name, "message": message})


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 for a FakeResend."""

    protocol_version = "HTTP/1.1"
    fake: FakeResend

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/emails":
            self._send(_error(404, "not_found", "The requested endpoint does not exist."))
            return
        answer, fault = self.fake.answer(
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

    def do_GET(self) -> None:
        self._send(_error(405, "method_not_allowed", "Method is not allowed for the requested path."))

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
def running_resend() -> Iterator[tuple[FakeResend, str]]:
    """Run the provider; gives its state and its address."""
    fake = FakeResend()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": fake}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        fake.release.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
