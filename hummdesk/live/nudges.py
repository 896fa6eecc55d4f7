"""Sending nudges from synchronous code to the account's sockets."""

import asyncio
import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from channels.layers import get_channel_layer

SEND_TIMEOUT_S = 2


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


def send_nudges(schema: str, nudges: Sequence[Nudge]) -> None:
    """The nudges are handed to Redis, in order. Raises whatever the channel layer raises."""
    if not nudges:
        return
    message = {"type": "nudges", "nudges": [nudge.fields() for nudge in nudges]}
    send_to_group(account_group(schema), message)


def send_rights_changed(schema: str) -> None:
    """Every socket of the account looks at its agent's rights again. Raises whatever the channel layer raises."""
    send_to_group(account_group(schema), {"type": "rights.changed"})


def send_to_group(group: str, message: dict[str, Any]) -> None:
    """The message is handed to Redis. Raises whatever the channel layer raises, or TimeoutError."""
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
