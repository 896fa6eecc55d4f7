"""The Messages API on loopback: structured and plain answers, streams, cache usage, limits, faults.

Source: platform.claude.com/docs/en/api/messages, /errors, /build-with-claude/streaming, /prompt-caching, read together
with the types of the SDK.
"""

import hashlib
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

API_KEY = "sk-ant-test-key"
CHARS_PER_TOKEN = 4
NOT_TAKEN = ("temperature", "top_p", "top_k")


class Fault(Enum):
    """What goes wrong with one request."""

    LIMITED_429 = auto()
    SPEND_LIMIT_429 = auto()
    ERROR_500 = auto()
    OVERLOADED_529 = auto()
    NOT_JSON_502 = auto()
    DROPPED = auto()
    HELD = auto()
    REFUSED = auto()
    TRUNCATED = auto()
    TOO_LONG = auto()
    MALFORMED = auto()
    STREAM_ERROR = auto()
    STREAM_CUT = auto()


_STATUS = {
    Fault.LIMITED_429: (429, "rate_limit_error", None),
    Fault.SPEND_LIMIT_429: (429, "rate_limit_error", {"error_code": "enforced_spend_limit_reached"}),
    Fault.ERROR_500: (500, "api_error", None),
    Fault.OVERLOADED_529: (529, "overloaded_error", None),
}
_STOPS = {
    Fault.REFUSED: "refusal",
    Fault.TRUNCATED: "max_tokens",
    Fault.TOO_LONG: "model_context_window_exceeded",
}

Writer = Callable[[Mapping[str, Any]], str | list[dict[str, Any]]]


@dataclass(frozen=True)
class Asked:
    """One request that was let in: its headers in lower case, and its body."""

    headers: Mapping[str, str]
    body: dict[str, Any]


@dataclass
class FakeAnthropic:
    """The provider's side. `writes` makes the answer to a request: text, or content blocks; by default what the
    schema asks for, its first choice each time. `release` lets held requests go on.
    """

    url: str = ""
    writes: Writer | None = None
    retry_after: str | None = "0"
    asked: list[Asked] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    _faults: deque[Fault] = field(default_factory=deque)
    _cached: set[str] = field(default_factory=set)
    _count: int = 0

    def fail(self, fault: Fault, times: int = 1) -> None:
        """The next requests meet this fault."""
        self._faults.extend([fault] * times)

    def next_id(self) -> str:
        """Return the id of the next request."""
        self._count += 1
        return f"req_{self._count:06d}"

    def next_fault(self) -> Fault | None:
        """Return what goes wrong with this request."""
        return self._faults.popleft() if self._faults else None

    def message(self, body: Mapping[str, Any], fault: Fault | None) -> dict[str, Any]:
        """Return the answer to a request, with what it used."""
        written = self.writes(body) if self.writes else _default_answer(body)
        content = [{"type": "text", "text": written}] if isinstance(written, str) else written
        if fault in (Fault.REFUSED, Fault.TOO_LONG):
            content = []
        if fault in (Fault.TRUNCATED, Fault.MALFORMED):
            content = [{"type": "text", "text": content[0]["text"][: len(content[0]["text"]) // 2]}]
        return {
            "id": f"msg_{self._count:06d}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": content,
            "stop_reason": _STOPS.get(fault, "end_turn") if fault else "end_turn",
            "stop_sequence": None,
            "usage": self._usage(body, content),
        }

    def _usage(self, body: Mapping[str, Any], content: list[dict[str, Any]]) -> dict[str, Any]:
        """Count by letters; a marked prefix is written to the cache once, and read from it afterwards."""
        prefix, rest = _parts(body)
        read = written = 0
        if prefix:
            digest = hashlib.sha256(f"{body['model']}{prefix}".encode()).hexdigest()
            if digest in self._cached:
                read = _tokens(prefix)
            else:
                written = _tokens(prefix)
                self._cached.add(digest)
        return {
            "input_tokens": _tokens(rest),
            "output_tokens": sum(_tokens(block.get("text", "")) for block in content),
            "cache_creation_input_tokens": written,
            "cache_read_input_tokens": read,
            "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
            "service_tier": "standard",
        }


def _tokens(text: str) -> int:
    return -(-len(text) // CHARS_PER_TOKEN)


def _parts(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return what is cached and what is not, of the system's blocks and all messages."""
    system = body.get("system") or []
    blocks = [{"type": "text", "text": system}] if isinstance(system, str) else system
    marks = [place for place, block in enumerate(blocks) if block.get("cache_control")]
    end = marks[-1] + 1 if marks else 0
    prefix = "".join(block["text"] for block in blocks[:end])
    return prefix, "".join(block["text"] for block in blocks[end:]) + json.dumps(body["messages"])


def _default_answer(body: Mapping[str, Any]) -> str:
    schema = ((body.get("output_config") or {}).get("format") or {}).get("schema")
    return json.dumps(_of_schema(schema)) if schema else "A plain answer."


def _of_schema(schema: Mapping[str, Any]) -> Any:
    """Return the first value that a JSON schema allows."""
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _of_schema(schema["anyOf"][0])
    kind = schema.get("type")
    if kind == "object":
        return {name: _of_schema(part) for name, part in schema.get("properties", {}).items()}
    return {"number": 0.9, "integer": 1, "boolean": True, "array": [], "null": None}.get(str(kind), "some words")


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 for a FakeAnthropic."""

    protocol_version = "HTTP/1.1"
    fake: FakeAnthropic

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        if self.path.split("?")[0] != "/v1/messages":
            self._error(404, "not_found_error", "Not found")
        elif self.headers.get("Authorization") != f"Bearer {API_KEY}":
            self._error(401, "authentication_error", "invalid x-api-key")
        elif any(name in body for name in NOT_TAKEN):
            self._error(400, "invalid_request_error", "temperature: Extra inputs are not permitted")
        else:
            self.fake.asked.append(Asked({name.lower(): value for name, value in self.headers.items()}, body))
            self._answer(body, self.fake.next_fault())

    def _answer(self, body: dict[str, Any], fault: Fault | None) -> None:
        if fault is Fault.DROPPED:
            self.close_connection = True
        elif fault is Fault.HELD:
            self.fake.release.wait(30)
            self.close_connection = True
        elif fault is Fault.NOT_JSON_502:
            self._send(502, b"<h1>Bad gateway</h1>", "text/html")
        elif fault in _STATUS:
            status, kind, details = _STATUS[fault]
            self._error(status, kind, "Not now", details)
        elif body.get("stream"):
            self._stream(self.fake.message(body, fault), fault)
        else:
            self._send(200, json.dumps(self.fake.message(body, fault)).encode())

    def _stream(self, message: dict[str, Any], fault: Fault | None) -> None:
        self.send_response(200)
        self._head("text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        usage = {**message["usage"], "output_tokens": 1}
        self._event("message_start", message={**message, "content": [], "stop_reason": None, "usage": usage})
        for index, block in enumerate(message["content"]):
            self._event("content_block_start", index=index, content_block={**block, "text": ""})
            for at in range(0, len(block["text"]), 12):
                self._event(
                    "content_block_delta",
                    index=index,
                    delta={"type": "text_delta", "text": block["text"][at : at + 12]},
                )
                if fault is Fault.STREAM_ERROR:
                    self._event("error", error={"type": "overloaded_error", "message": "Overloaded"})
                if fault in (Fault.STREAM_ERROR, Fault.STREAM_CUT):
                    return
            self._event("content_block_stop", index=index)
        stopped = {"stop_reason": message["stop_reason"], "stop_sequence": None}
        self._event("message_delta", delta=stopped, usage={"output_tokens": message["usage"]["output_tokens"]})
        self._event("message_stop")

    def _event(self, type: str, **data: Any) -> None:
        self.wfile.write(f"event: {type}\ndata: {json.dumps({'type': type, **data})}\n\n".encode())
        self.wfile.flush()

    def _error(self, status: int, type: str, message: str, details: dict[str, str] | None = None) -> None:
        error = {"type": type, "message": message, **({"details": details} if details else {})}
        self._send(status, json.dumps({"type": "error", "error": error}).encode())

    def _send(self, status: int, content: bytes, type: str = "application/json") -> None:
        self.send_response(status)
        self._head(type)
        self.send_header("content-length", str(len(content)))
        if status == 429 and self.fake.retry_after is not None:
            self.send_header("retry-after", self.fake.retry_after)
        self.end_headers()
        self.wfile.write(content)

    def _head(self, type: str) -> None:
        self.send_header("content-type", type)
        self.send_header("request-id", self.fake.next_id())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serve_anthropic() -> Iterator[FakeAnthropic]:
    """Run the server; its `url` is what the SDK is told."""
    fake = FakeAnthropic()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": fake}))
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
