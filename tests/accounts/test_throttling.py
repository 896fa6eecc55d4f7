"""Rate limits per user and per account."""

import pytest
from pytest_django import Settings

from accounts.models import Account, User
from tests.accounts.api.clients import problem
from tests.fixtures.cast import ApiOf

ME = "/api/v1/me"


@pytest.fixture
def rates(settings: Settings) -> dict[str, str]:
    """The rates in force during the test."""
    rates = {"user": "600/min", "account": "6000/min", "token": "100/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    return rates


def test_user_is_throttled_alone(api_of: ApiOf, agent: User, leader: User, rates: dict[str, str]) -> None:
    rates["user"] = "2/h"
    api, other = api_of(agent), api_of(leader)

    answers = [api.get(ME) for _call in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert problem(answers[2]) == (429, "throttled")
    assert 1 <= int(answers[2]["Retry-After"]) <= 3600
    assert [answer["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert other.get(ME).status_code == 200


def test_account_is_throttled_as_a_whole_and_no_other(
    api_of: ApiOf, agent: User, leader: User, stranger: User, nordhem: Account, rates: dict[str, str]
) -> None:
    rates["account"] = "2/h"
    clients = [api_of(agent), api_of(leader), api_of(agent)]
    foreign = api_of(stranger, at=nordhem)

    statuses = [client.get(ME).status_code for client in clients]

    assert statuses == [200, 200, 429]
    assert foreign.get(ME).status_code == 200


def test_user_counts_in_each_account_alone_whatever_the_host(
    api_of: ApiOf, agent: User, rates: dict[str, str]
) -> None:
    rates["user"] = "2/h"
    own_host, platform = api_of(agent), api_of(agent, at=None)

    statuses = [client.get(ME).status_code for client in (own_host, platform, own_host)]

    assert statuses == [200, 200, 429]


def test_calls_go_through_without_redis(api_of: ApiOf, agent: User, rates: dict[str, str], settings: Settings) -> None:
    rates["user"] = "1/h"
    api = api_of(agent)
    settings.CACHES = {
        **settings.CACHES,
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"},
    }

    statuses = [api.get(ME).status_code for _call in range(2)]

    assert statuses == [200, 200]
