"""What the fetching processes know of each other, in Redis: who fetches, and whether the provider answers at all.

Without Redis there is no queue and so nobody fetches; what is lost there costs nothing but a few tries.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import redis
from django.conf import settings

# Fetching waits on the network and for turns; the other threads of a worker are for all else.
SLOT_COUNT = 2
# A slot that was not used for so long belonged to a process that is gone.
SLOT_LASTS_S = 20
# So many failures one after the other are the provider's, not those of single mails.
OUTAGE_AFTER = 3
_REST_MOST_S = 60
_MEMORY_S = 3600


@contextmanager
def fetching_slot() -> Iterator[Callable[[], None] | None]:
    """Hold one of the places of those who fetch, None where all are taken. What it gives is to be called on the way.

    Raises: redis.RedisError.
    """
    client, token = _client(), uuid.uuid4().hex
    keys = [_key(f"slot{number}") for number in range(SLOT_COUNT)]
    held = next((key for key in keys if client.set(key, token, nx=True, ex=SLOT_LASTS_S)), None)
    if held is None:
        yield None
        return
    try:
        yield lambda: _keep(held, token)
    finally:
        if client.get(held) == token:
            client.delete(held)


def _keep(key: str, token: str) -> None:
    if _client().get(key) == token:
        _client().expire(key, SLOT_LASTS_S)


def note_failure() -> bool:
    """The provider did not answer once more; returns whether this is an outage, in which nobody asks for a while."""
    client, key = _client(), _key("failures")
    failures = int(client.incr(key))
    client.expire(key, _MEMORY_S)
    if failures < OUTAGE_AFTER:
        return False
    rest_s = min(2 ** (failures - OUTAGE_AFTER), _REST_MOST_S)
    client.set(_key("rest"), str(time.time() + rest_s), ex=_MEMORY_S)
    return True


def note_answer() -> bool:
    """The provider answered; returns whether that ends an outage."""
    client = _client()
    failures = int(client.get(_key("failures")) or 0)
    if failures:
        client.delete(_key("failures"), _key("rest"))
    return failures >= OUTAGE_AFTER


def rest_s() -> float:
    """Return for how many seconds nobody asks the provider, 0.0 in ordinary times."""
    return max(0.0, float(_client().get(_key("rest")) or 0) - time.time())


def _key(name: str) -> str:
    layer: Any = settings.CHANNEL_LAYERS["default"]
    return f"public:{layer['CONFIG']['prefix']}:provider:fetch:{name}"


@cache
def _client() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, decode_responses=True)
