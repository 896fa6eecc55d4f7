"""Telling the sockets of an account, from synchronous code, that there is something to look at."""

import asyncio
import os
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from hummdesk.logs import logger

SEND_TIMEOUT_S = 2
# What is said in an account's group. Sockets read the rest from the log, or from Redis.
LOG_GREW, RIGHTS_CHANGED, PRESENCE_CHANGED, SOCKETS_EVICTED = "log.grew", "rights", "presence", "evicted"


@dataclass(frozen=True)
class Nudge:
    """That something has changed, not what: clients fetch the rest with their own rights."""

    type: str
    conversation_id: str | None
    seq: int
    at: str
    data: dict[str, Any] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """Return the members of the JSON object that clients get."""
        return asdict(self)


def account_group(schema: str) -> str:
    """Return the group of all sockets of one account. Only the server names groups."""
    return f"{schema}.account"


def wake_sockets(schema: str) -> None:
    """Every web process with sockets of the account reads on in its log. Raises whatever the channel layer raises."""
    _send_to_group(account_group(schema), {"type": LOG_GREW})


def tell_rights_changed(schema: str) -> None:
    """The account's sockets check at once who may still listen; while Redis is down they do so within seconds."""
    try:
        _send_to_group(account_group(schema), {"type": RIGHTS_CHANGED})
    except (RedisError, TimeoutError, OSError) as error:
        logger.warning("rights_change_untold", error=type(error).__name__)


def _send_to_group(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    sent = asyncio.run_coroutine_threadsafe(layer.group_send(group, message), _sender.loop())
    sent.result(SEND_TIMEOUT_S)


class _SenderLoop:
    """One event loop in a thread of its own, so that the layer keeps its connection between calls."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pid = 0

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._pid != os.getpid():  # a fork takes no threads along
                self._loop = asyncio.new_event_loop()
                self._pid = os.getpid()
                threading.Thread(target=self._loop.run_forever, name="live-sender", daemon=True).start()
            return self._loop


_sender = _SenderLoop()
