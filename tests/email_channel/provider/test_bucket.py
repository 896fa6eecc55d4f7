"""The shared bucket: never more than the provider takes, and nobody waits behind another's flood."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from pytest_django import Settings

from email_channel.provider import bucket
from email_channel.provider.bucket import WINDOW_S, await_turn, pause_turns, take_turn, turn_among
from tests.fixtures.database import clear_redis


@pytest.fixture(autouse=True)
def _empty_bucket(settings: Settings) -> None:
    settings.RESEND_REQUESTS_PER_S = 5
    clear_redis()


def test_as_many_turns_as_the_provider_takes_in_a_second() -> None:
    waits = [take_turn("a") for _ in range(6)]

    assert waits[:5] == [0] * 5
    assert WINDOW_S - 0.2 < waits[5] <= WINDOW_S


def test_a_turn_comes_back_when_the_window_has_passed() -> None:
    for _ in range(5):
        take_turn("a")
    time.sleep(take_turn("a"))

    assert take_turn("a") == 0


def test_no_window_ever_holds_more_than_the_limit(settings: Settings) -> None:
    settings.RESEND_REQUESTS_PER_S = 20

    def take_fifteen(schema: str) -> list[float]:
        return [time.time() for _ in range(15) if await_turn(schema, most_s=10) == 0]

    with ThreadPoolExecutor(4) as pool:
        taken = sorted(at for times in pool.map(take_fifteen, "abcd") for at in times)

    assert len(taken) == 60
    assert all(later - earlier > 1 for earlier, later in zip(taken, taken[20:], strict=False))


def test_who_has_had_nothing_goes_before_who_has_had_much() -> None:
    for _ in range(5):
        take_turn("flood")
    assert take_turn("small") > 0
    time.sleep(WINDOW_S)

    order = [turn_among(["flood", "small"]).schema for _ in range(2)]

    assert order == ["small", "flood"]


def test_a_place_is_kept_for_who_was_told_to_wait(settings: Settings) -> None:
    settings.RESEND_REQUESTS_PER_S = 1
    take_turn("flood")
    wait_s = take_turn("small")
    take_turn("flood")
    time.sleep(wait_s + 0.01)

    assert take_turn("flood") > 0
    assert take_turn("small") == 0


def test_a_place_is_given_away_when_nobody_comes(settings: Settings) -> None:
    settings.RESEND_REQUESTS_PER_S = 1
    take_turn("flood")
    take_turn("gone")

    assert await_turn("flood", most_s=4) == 0


def test_three_who_always_wait_get_equal_shares(settings: Settings) -> None:
    settings.RESEND_REQUESTS_PER_S = 50
    got = {"a": 0, "b": 0, "c": 0}
    end = time.monotonic() + 3

    while time.monotonic() < end:
        schema, wait_s = turn_among(list(got))
        if schema:
            got[schema] += 1
        time.sleep(wait_s)

    assert sum(got.values()) > 100
    assert max(got.values()) - min(got.values()) <= 1


def test_nobody_gets_a_turn_while_the_provider_wants_a_pause() -> None:
    pause_turns(0.3)

    wait_s = take_turn("a")
    time.sleep(wait_s)

    assert 0.2 < wait_s <= WINDOW_S
    assert take_turn("a") == 0


def test_asking_for_nobody_takes_no_turn() -> None:
    assert turn_among([]).schema == ""


def test_without_redis_all_wait(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    bucket._scripts.cache_clear()
    try:
        assert take_turn("a") == bucket.WITHOUT_REDIS_WAIT_S
        pause_turns(1)
    finally:
        bucket._scripts.cache_clear()


def test_turns_of_one_second_come_at_once(settings: Settings) -> None:
    started = [time.monotonic() for _ in range(5) if take_turn("a") == 0]

    assert all(later - earlier < 0.2 for earlier, later in pairwise(started))
