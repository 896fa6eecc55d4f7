"""The cache in Redis, of which the product can do without: a Redis that is down is a cache that is empty."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ClassVar, ParamSpec, TypeVar

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

from hummdesk.logs import logger

P = ParamSpec("P")
R = TypeVar("R")


def _or(fallback: R, function: Callable[P, R]) -> Callable[P, R]:
    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except RedisError as error:
            logger.warning("cache_unavailable", error=type(error).__name__)
            return fallback

    return call


class KeptRedisClient(RedisCacheClient):
    """Makes one client of each server for the whole process, with its pool of connections: Django makes a cache for
    each thread, and under ASGI each request has a thread of its own.
    """

    _kept: ClassVar[dict[tuple[str, str], Any]] = {}

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self._place = (str(servers), repr(sorted(options.items(), key=str)))

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Return the client, which any thread may use."""
        if self._place not in self._kept:
            self._kept[self._place] = super().get_client(key, write=write)
        return self._kept[self._place]


class ForgivingRedisCache(RedisCache):
    """Finds nothing and keeps nothing while Redis is down; nothing that must not be lost is kept here."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptRedisClient

    get_many = _or({}, RedisCache.get_many)
    set = _or(None, RedisCache.set)
    add = _or(True, RedisCache.add)
    delete = _or(False, RedisCache.delete)
    touch = _or(False, RedisCache.touch)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or the default where there is none or no Redis."""
        return _or(default, super().get)(key, default, version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Return the new number; without Redis it is as if this were the first."""
        return int(_or(delta, super().incr)(key, delta, version))

    def count(self, lives_s: Mapping[str, int]) -> Sequence[int]:
        """Count each key once more, in one call, and return the numbers in order; 0 for all without Redis.

        A key lives for its seconds from the first count on.
        """
        return _or([0] * len(lives_s), self._count)(lives_s)

    def _count(self, lives_s: Mapping[str, int]) -> Sequence[int]:
        if not lives_s:
            return []
        client: Any = self._cache.get_client(write=True)
        with client.pipeline(transaction=False) as pipeline:
            for key, life_s in lives_s.items():
                name = self.make_and_validate_key(key)
                pipeline.incr(name)
                pipeline.expire(name, life_s, nx=True)
            return [int(number) for number in pipeline.execute()[::2]]
