"""Bodies that no call takes, as a server meets them."""

import json
from typing import Any

import pytest

from hummdesk.body_limit import BodyLimit


async def _answer_of(chunks: list[bytes], headers: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """Return the status, and how many bytes the application got to see."""
    seen, sent = bytearray(), []
    waiting = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def application(_scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive())["more_body"]:
            seen.extend(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})

    await BodyLimit(application, most_bytes=100)({"type": "http", "headers": headers}, receive, send)
    return sent[0]["status"], len(seen)


async def test_body_within_the_limit_reaches_the_application() -> None:
    assert await _answer_of([b"x" * 50, b"x" * 50], [(b"content-length", b"100")]) == (200, 100)


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"7")], [(b"content-length", b"x")]])
async def test_body_that_grows_too_large_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    assert await _answer_of([b"x" * 60, b"x" * 60], headers) == (413, 60)


async def test_body_that_says_it_is_too_large_is_not_read() -> None:
    assert await _answer_of([b"x" * 60], [(b"content-length", b"101")]) == (413, 0)


async def test_refusal_names_the_request() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": [(b"content-length", b"101"), (b"x-request-id", b"upload-7")]}
    await BodyLimit(None, most_bytes=100)(scope, None, send)

    assert dict(sent[0]["headers"])[b"x-request-id"] == b"upload-7"
    assert json.loads(sent[1]["body"])["request_id"] == "upload-7"
