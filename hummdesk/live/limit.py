"""How many sockets each user has, over all web processes: the newest stay, the oldest are closed.

And when they had one last, which outlives the sockets.
"""

import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings

from hummdesk.live.nudges import SOCKETS_EVICTED
from hummdesk.live.store import SEEN, live_key, live_redis, or_without_redis, tell_account

# A socket that nobody has spoken for in this time died with its process.
SOCKET_LIFE_S = 60
# For so long after the last socket of an account it is known who was there when.
SEEN_LIFE_S = 7 * 24 * 3600


async def note_socket(schema: str, user_id: UUID, socket_id: str) -> None:
    """The socket counts as one of the user's; their oldest ones beyond the limit are told to close."""
    await or_without_redis(None, _note(schema, user_id, socket_id))


async def _note(schema: str, user_id: UUID, socket_id: str) -> None:
    key, now = live_key(schema, "sockets", str(user_id)), time.time()
    async with live_redis().pipeline() as pipe:
        pipe.zremrangebyscore(f"{key}:beat", 0, now - SOCKET_LIFE_S)
        pipe.zrange(f"{key}:beat", 0, -1)
        pipe.zrange(key, 0, -1)
        pipe.zadd(key, {socket_id: now})
        pipe.zadd(f"{key}:beat", {socket_id: now})
        pipe.expire(key, SOCKET_LIFE_S)
        pipe.expire(f"{key}:beat", SOCKET_LIFE_S)
        _note_seen(pipe, schema, user_id, now)
        _removed, beating, by_age, *_rest = await pipe.execute()
    living = set(beating)
    dead = [one for one in by_age if one not in living]
    older = [one for one in by_age if one in living]
    evicted = older[: max(0, len(older) + 1 - settings.LIVE_SOCKETS_PER_USER)]
    if gone := [*dead, *evicted]:
        await live_redis().zrem(key, *gone)
        await live_redis().zrem(f"{key}:beat", *gone)
    if evicted:
        await tell_account(schema, {"type": SOCKETS_EVICTED, "ids": evicted})


async def beat_for_sockets(schema: str, sockets: Iterable[tuple[UUID, str]]) -> None:
    """These sockets (user, id) still count."""
    now = time.time()
    async with live_redis().pipeline(transaction=False) as pipe:
        for user_id, socket_id in sockets:
            key = live_key(schema, "sockets", str(user_id))
            pipe.zadd(f"{key}:beat", {socket_id: now}, xx=True)
            pipe.expire(key, SOCKET_LIFE_S)
            pipe.expire(f"{key}:beat", SOCKET_LIFE_S)
            _note_seen(pipe, schema, user_id, now)
        await or_without_redis(None, pipe.execute())


async def forget_socket(schema: str, user_id: UUID, socket_id: str) -> None:
    """The socket counts no more."""
    key = live_key(schema, "sockets", str(user_id))
    async with live_redis().pipeline(transaction=False) as pipe:
        pipe.zrem(key, socket_id)
        pipe.zrem(f"{key}:beat", socket_id)
        _note_seen(pipe, schema, user_id, time.time())
        await or_without_redis(None, pipe.execute())


def _note_seen(pipe: Any, schema: str, user_id: UUID, now: float) -> None:
    key = live_key(schema, SEEN)
    pipe.hset(key, str(user_id), now)
    pipe.expire(key, SEEN_LIFE_S)
