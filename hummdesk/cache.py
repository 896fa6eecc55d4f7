"""The cache in Redis, of which the product can do without: a Redis that is down is a cache that is empty."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.core.cache.backends.redis import RedisCache
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


class ForgivingRedisCache(RedisCache):
    """Finds nothing and keeps nothing while Redis is down; nothing that must not be lost is kept here."""

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
