"""Which users have a socket open, for what is not a coroutine."""

import time
from collections.abc import Collection
from functools import cache
from uuid import UUID

import redis
from django.conf import settings
from redis.exceptions import RedisError

from hummdesk.live.limit import SOCKET_LIFE_S
from hummdesk.live.store import live_key
from hummdesk.logs import logger

_TIMEOUT_S = 2


def users_here(schema: str, user_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the users who have a page of the account open, over all web processes.

    One call to Redis, none for nobody. Nobody is here while Redis is down.
    """
    if not user_ids:
        return set()
    since = time.time() - SOCKET_LIFE_S
    pipe = _client().pipeline(transaction=False)
    for user_id in user_ids:
        pipe.zcount(f"{live_key(schema, 'sockets', str(user_id))}:beat", since, "+inf")
    try:
        counts = pipe.execute()
    except (RedisError, OSError) as error:
        logger.warning("live_store_unavailable", error=type(error).__name__)
        return set()
    return {user_id for user_id, count in zip(user_ids, counts, strict=True) if count}


@cache
def _client() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S)
