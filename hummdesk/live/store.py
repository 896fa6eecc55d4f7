"""The Redis of live updates, for coroutines: keys of an account, and what to do while it is down."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer
from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hummdesk.live.nudges import account_group
from hummdesk.logs import logger

R = TypeVar("R")

_TIMEOUT_S = 2
# The hash of an account that has, by user, when they had a socket last.
SEEN = "seen"
_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, "Redis"] = WeakKeyDictionary()


def live_redis() -> "Redis":
    """Return this event loop's client."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = Redis.from_url(
            settings.REDIS_URL, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S, decode_responses=True
        )
    return _clients[loop]


def live_key(schema: str, *words: str) -> str:
    """Return a key of the account. Only the server names keys."""
    layer: Any = settings.CHANNEL_LAYERS["default"]
    return ":".join((schema, layer["CONFIG"]["prefix"], "live", *words))


async def or_without_redis(fallback: R, work: Awaitable[R]) -> R:
    """Return what the work does, or the fallback while Redis is down: sockets live on without presence and limits."""
    try:
        return await work
    except (RedisError, OSError, TimeoutError) as error:
        logger.warning("live_store_unavailable", error=type(error).__name__)
        return fallback


async def tell_account(schema: str, message: dict[str, Any]) -> None:
    """Every web process with sockets of the account gets the message, if Redis is there."""
    await or_without_redis(None, get_channel_layer().group_send(account_group(schema), message))
