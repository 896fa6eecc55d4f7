"""The cache while Redis is down, for real: nobody listens on its port."""

import pytest
from django.conf import settings

from hummdesk.cache import ForgivingRedisCache
from hummdesk.embedded.ports import free_port
from tests.settings import RUN_NAME


@pytest.fixture
def cache() -> ForgivingRedisCache:
    return ForgivingRedisCache(f"redis://127.0.0.1:{free_port()}/0", {})


def test_cache_without_redis_finds_nothing(cache: ForgivingRedisCache) -> None:
    cache.set("key", 1)

    assert cache.get("key") is None
    assert cache.get("key", "default") == "default"
    assert cache.get_many(["key"]) == {}
    assert cache.get_or_set("key", 5) == 5


def test_cache_without_redis_counts_from_the_beginning(cache: ForgivingRedisCache) -> None:
    assert cache.add("key", 0)
    assert cache.incr("key", 3) == 3
    assert cache.delete("key") is False
    assert cache.touch("key") is False


def test_count_without_redis_is_none(cache: ForgivingRedisCache) -> None:
    assert cache.count({"one": 5, "two": 5}) == [0, 0]


def test_count_numbers_each_key_alone(database: None) -> None:
    kept = ForgivingRedisCache(settings.REDIS_URL, {"KEY_PREFIX": RUN_NAME})

    counts = [kept.count({"one": 60, "two": 60}), kept.count({"two": 60})]

    assert counts == [[1, 1], [2]]
