"""Tokens that are good once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.actions.single_use import issue_token, spend_token
from accounts.actions.token_families import start_family
from accounts.models import Account, HandoverToken, SocketTicket, TokenFamily, User
from accounts.queries import active_membership


@pytest.mark.usefixtures("committed")
def test_spend_by_many_at_once_has_one_winner(agent: User, acme: Account) -> None:
    secret = issue_token(HandoverToken, user=agent, account=acme, life_s=30)
    together = Barrier(4)

    def spend(_number: int) -> bool:
        together.wait()
        try:
            return spend_token(HandoverToken, secret, account=acme) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(spend, range(4)))

    assert sorted(results) == [False, False, False, True]


def test_token_of_one_kind_is_none_of_the_other(agent: User, acme: Account) -> None:
    secret = issue_token(HandoverToken, user=agent, account=acme, life_s=30)

    assert spend_token(SocketTicket, secret, account=acme) is None


def test_issue_takes_expired_tokens_away(agent: User, acme: Account) -> None:
    for _number in range(3):
        issue_token(SocketTicket, user=agent, account=acme, life_s=-1)

    issue_token(SocketTicket, user=agent, account=acme, life_s=30)

    assert SocketTicket.objects.count() == 1


def test_start_family_takes_the_users_expired_ones_away(agent: User, acme: Account) -> None:
    membership = active_membership(agent, acme)
    start_family(user=agent, membership=membership)
    TokenFamily.objects.update(expires_at="2026-01-01T00:00Z")

    start_family(user=agent, membership=membership)

    assert TokenFamily.objects.count() == 1
