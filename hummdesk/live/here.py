"""Which users have a socket open, or had one when, for what is not a coroutine."""

import time
from collections.abc import Collection
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

import redis
from django.conf import settings
from redis.exceptions import RedisError

from hummdesk.live.limit import SOCKET_LIFE_S
from hummdesk.live.store import SEEN, live_key
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


def seen_at(schema: str) -> dict[UUID, datetime]:
    """Return when each user had a socket last in the account, as far as that is a week ago at most.

    One call to Redis. Raises: RedisError: that nobody knows is not that nobody was there.
    """
    entries: Any = _client().hgetall(live_key(schema, SEEN))
    return {UUID(user_id.decode()): datetime.fromtimestamp(float(at), UTC) for user_id, at in entries.items()}


@cache
def _client() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S)
