"""No request brings more bytes than any call takes, whoever sends it and wherever to.

Django writes a body to disk before it looks at host, path or sign-in, and bounds neither.
"""

import json
from typing import Any

from hummdesk.problems import PROBLEM_TYPE
from hummdesk.request_id import accepted_request_id


class _BodyTooLarge(Exception):
    """More has come than is taken."""


class BodyLimit:
    """Answers 413 as soon as a body is, or says it is, over the limit (bytes)."""

    def __init__(self, inner: Any, most_bytes: int) -> None:
        self.inner = inner
        self.most_bytes = most_bytes

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self.most_bytes:
            await _refuse(scope, send)
            return
        received = 0

        async def counted() -> Any:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.most_bytes:
                raise _BodyTooLarge
            return message

        try:
            await self.inner(scope, counted, send)
        except _BodyTooLarge:
            await _refuse(scope, send)


async def _refuse(scope: dict[str, Any], send: Any) -> None:
    offered = dict(scope["headers"]).get(b"x-request-id", b"")
    request_id = accepted_request_id(offered.decode("latin-1"))
    title = "This is too large."
    problem = {
        "type": "about:blank",
        "title": title,
        "status": 413,
        "code": "payload_too_large",
        "detail": title,
        "request_id": request_id,
    }
    headers = [
        (b"content-type", PROBLEM_TYPE.encode()),
        (b"connection", b"close"),
        (b"x-request-id", request_id.encode()),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(problem).encode()})
