"""Whether Redis answers: asked before something is handed to it."""

from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S = 0.5, 1


def ensure_broker() -> None:
    """Redis answered just now. Raises: redis.RedisError within a second or so when it does not.

    The clients of the queue and of the sockets try again and again by themselves, for six seconds each time,
    while somebody waits for a page.
    """
    _client().ping()


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_timeout=ANSWER_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )
