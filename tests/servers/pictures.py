"""A web server on loopback that serves pictures to be shown in mails, and what only calls itself one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class PictureServer:
    """What is served by path, and the headers of each request."""

    address: str = ""
    pictures: dict[str, bytes] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://{self.address}{path}"


@contextmanager
def running_pictures() -> Iterator[PictureServer]:
    """Serve until the end; every answer claims to be a PNG."""
    server = PictureServer()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append({name.lower(): value for name, value in self.headers.items()})
            content = server.pictures.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.address = f"127.0.0.1:{listening.server_port}"
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield server
    listening.shutdown()
    listening.server_close()
