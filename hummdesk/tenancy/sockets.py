"""Host → account for WebSockets, and the check that the page which opens one is of the same host."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from channels.db import database_sync_to_async
from django.urls import URLPattern

from hummdesk.tenancy.context import enter_platform, platform_context
from hummdesk.tenancy.middleware import account_of_host, host_name, is_platform_host

# Close codes of API.md "Live updates".
SIGNED_OUT, FORBIDDEN, NOT_FOUND = 4401, 4403, 4404


class AccountSocketMiddleware:
    """Puts the host's account into `scope["account"]`, None on the platform's host, where a ticket names it.

    An unknown host or a foreign Origin is closed.

    Consumers share threads and so connections: this sets no schema, each database call names its account
    (`account_database`).
    """

    def __init__(self, inner: Any, routes: Sequence[URLPattern]) -> None:
        self.inner = inner
        self.routes = routes

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        name = host_name(headers.get("host", ""))
        is_platform = is_platform_host(name)
        account = None if is_platform else await _account_of_host(name)
        if (account is None and not is_platform) or not self._is_routed(scope["path"]):
            await _close(receive, send, NOT_FOUND)
        elif not _same_host(headers.get("origin"), headers.get("host", "")):
            await _close(receive, send, FORBIDDEN)
        else:
            await self.inner({**scope, "account": account}, receive, send)

    def _is_routed(self, path: str) -> bool:
        """The router below raises where nothing is."""
        return any(route.resolve(path.removeprefix("/")) for route in self.routes)


def _same_host(origin: str | None, host: str) -> bool:
    """A program without a page sends no Origin; it needs a ticket anyway."""
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()


@database_sync_to_async
def _account_of_host(name: str) -> Any | None:
    with platform_context():
        account = account_of_host(name)
    enter_platform()
    return account


async def _close(receive: Any, send: Any, code: int) -> None:
    """Close with a code that the client can read, which needs an accepted socket."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code})
