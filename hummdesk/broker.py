"""Whether Redis answers: asked before something is handed to it; and whether a worker is told of work already."""

import contextlib
from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S = 0.5, 1
HINT_LASTS_S = 2


def ensure_broker() -> None:
    """Redis answered just now. Raises: redis.RedisError within a second or so when it does not.

    The clients of the queue and of the sockets try again and again by themselves, for six seconds each time,
    while somebody waits for a page.
    """
    _client().ping()


def is_new_hint(name: str) -> bool:
    """Redis answered just now; returns whether no worker is told of this work yet, which one is to be from now on.

    One that has not begun after `HINT_LASTS_S` is told again. Raises: redis.RedisError within a second or so.
    """
    return bool(_client().set(_hint_key(name), b"1", nx=True, ex=HINT_LASTS_S))


def take_hint(name: str) -> None:
    """What waits from now on is worth a new hint: called by the worker before it looks at what waits."""
    with contextlib.suppress(redis.RedisError):
        _client().delete(_hint_key(name))


def keep_hint(name: str) -> None:
    """Nobody else is told of this work for `HINT_LASTS_S`: called by a worker that looks again before that."""
    with contextlib.suppress(redis.RedisError):
        _client().set(_hint_key(name), b"1", ex=HINT_LASTS_S)


def _hint_key(name: str) -> str:
    layer: Any = settings.CHANNEL_LAYERS["default"]
    return f"public:{layer['CONFIG']['prefix']}:hint:{name}"


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=ANSWER_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )
