"""A receiver of webhooks on loopback that behaves as told: it takes, fails, redirects, hangs, talks without end."""

import ssl
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook


class Habit(Enum):
    """What a receiver may do instead of answering with a status."""

    HANGS = "hangs"
    DRIPS = "drips"
    HUGE = "huge"
    DROPS = "drops"
    GARBLED = "garbled"


@dataclass(frozen=True)
class Received:
    """One call as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> Any:
        """Return the payload. Raises: WebhookVerificationError for a signature that is not by this secret."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """What came in, and what to answer: the next of `answers`, 200 when there is none left."""

    address: str = ""
    answers: deque[int | Habit] = field(default_factory=deque)
    location: str = ""
    received: list[Received] = field(default_factory=list)
    hang_s: float = 30.0
    released: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://{self.address}/hook"

    def will(self, *answers: int | Habit) -> None:
        """Queue answers."""
        self.answers.extend(answers)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        receiver = self.receiver
        answer = receiver.answers.popleft() if receiver.answers else 200
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.received.append(Received(self.command, self.path, headers, body))
        receiver.arrived.set()
        if isinstance(answer, Habit):
            self.close_connection = True
            with suppress(OSError):
                getattr(self, f"_{answer.value}")()
        else:
            self._answer(answer)

    def do_GET(self) -> None:
        self.do_POST()

    def _answer(self, status: int) -> None:
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", self.receiver.location)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def _hangs(self) -> None:
        self.receiver.released.wait(self.receiver.hang_s)

    def _drips(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.receiver.released.is_set():
            self.wfile.write(b"a")
            self.wfile.flush()
            time.sleep(0.05)

    def _huge(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _piece in range(10_000):
            self.wfile.write(b"a" * 65536)

    def _drops(self) -> None:
        self.connection.close()

    def _garbled(self) -> None:
        self.wfile.write(b"\x00\xffnot http at all\r\n\r\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: test output is for failures."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that has had enough is what some tests are about."""


@contextmanager
def running_receiver(*, tls: Path | None = None) -> Iterator[Receiver]:
    """Run a receiver; its `address` is `127.0.0.1:<port>`. `tls`: a file with its key and certificate."""
    receiver = Receiver()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"receiver": receiver}))
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
