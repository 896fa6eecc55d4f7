"""One WebSocket: what it is sent waits in a queue of its own, so that no slow reader holds up another."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

from hummdesk.errors import DomainError, NotAuthenticated, NotFound
from hummdesk.tenancy.sockets import FORBIDDEN, NOT_FOUND, SIGNED_OUT

# Close codes beside those of API.md: too many sockets of one user, and "try again later" (RFC 6455, section 7.4.2)
# for a client that does not read.
TOO_MANY, TRY_AGAIN = 4429, 1013
# Messages that may wait for a client, each about 300 bytes: more than one batch of the log or one resume.
QUEUE_MOST = 1000
MESSAGE_MAX_LENGTH = 1000
# A client may send this many messages at once, and then this many a second; others are not heard.
BURST, RATE_PER_S = 30, 5
_CLOSE_TIMEOUT_S = 5

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class LiveSocket:
    """An ASGI application of one WebSocket; subclasses say what happens when it opens, hears and closes."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.id = uuid4().hex
        self._receive, self._send = receive, send
        self._waiting: deque[str] = deque()
        self._has_something = asyncio.Event()
        self._ended = asyncio.Event()
        self._close_code: int | None = None

    @classmethod
    def as_asgi(cls) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        """Return the application that makes one of these for each connection."""

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            await cls(scope, receive, send).run()

        return application

    async def opened(self) -> None:
        """Check who this is, and begin to listen. Raises: DomainError, whose status becomes the close code."""

    async def heard(self, message: Mapping[str, Any]) -> None:
        """React to a JSON object of the client."""

    async def closed(self) -> None:
        """Leave whatever `opened` has entered, however far it came."""

    def offer(self, text: str) -> None:
        """The text is sent as soon as the client reads; a client that has stopped reading is closed with 1013."""
        if self._ended.is_set():
            return
        if len(self._waiting) >= QUEUE_MOST:
            self.end(TRY_AGAIN)
            return
        self._waiting.append(text)
        self._has_something.set()

    def end(self, code: int) -> None:
        """Nothing more is sent, and the socket is closed with this code."""
        if not self._ended.is_set():
            self._close_code = code
            self._waiting.clear()
            self._ended.set()

    def refuse(self, error: DomainError) -> None:
        """The socket is closed with the code that says why."""
        codes = {NotAuthenticated.status: SIGNED_OUT, NotFound.status: NOT_FOUND}
        self.end(codes.get(error.status, FORBIDDEN))

    async def run(self) -> None:
        """Accept first, so that a refusal carries a code that the client can read; then serve until the end."""
        await self._receive()
        await self._send({"type": "websocket.accept"})
        try:
            try:
                await self.opened()
            except DomainError as error:
                self.refuse(error)
            await self._serve()
        finally:
            await self.closed()

    async def _serve(self) -> None:
        work = [asyncio.ensure_future(part) for part in (self._write(), self._read(), self._ended.wait())]
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in work:
                part.cancel()
            results = await asyncio.gather(*work, return_exceptions=True)
            self._ended.set()
        if self._close_code is not None:
            await self._close(self._close_code)
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, OSError):
                raise result

    async def _close(self, code: int) -> None:
        # A client that has gone, or reads nothing, cannot be told; the server's pings end that connection.
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._send({"type": "websocket.close", "code": code}), _CLOSE_TIMEOUT_S)

    async def _write(self) -> None:
        while True:
            await self._has_something.wait()
            while self._waiting:
                await self._send({"type": "websocket.send", "text": self._waiting.popleft()})
            self._has_something.clear()

    async def _read(self) -> None:
        allowance = _Allowance()
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            if not allowance.takes():
                continue
            found = _object_in(message.get("text") or "")
            if found is not None:
                await self.heard(found)


class _Allowance:
    """How many messages a client may send now."""

    def __init__(self) -> None:
        self._left, self._at = float(BURST), time.monotonic()

    def takes(self) -> bool:
        now = time.monotonic()
        self._left = min(BURST, self._left + (now - self._at) * RATE_PER_S)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def _object_in(text: str) -> Mapping[str, Any] | None:
    """Return the JSON object that a client sent, None for anything else and for what is too long."""
    if len(text) > MESSAGE_MAX_LENGTH:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
