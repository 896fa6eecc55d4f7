from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import Account, User
from conversations.models import Conversation
from email_channel.actions.make_demo_account import DEMO_OPERATOR
from hummdesk.tenancy.context import account_context


@pytest.fixture(autouse=True)
def _debug(settings: LazySettings, database: None) -> None:
    # Django's test runner turns it off.
    settings.DEBUG = True


def seed(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command("seed_demo", *words, stdout=out, **options)
    return out.getvalue()


def count_of(slug: str) -> int:
    with account_context(Account.objects.get(slug=slug)):
        return Conversation.objects.count()


def test_seed_demo_fills_both_accounts_and_says_how_to_sign_in() -> None:
    said = seed("--conversations", "5")

    assert (count_of("nordhem"), count_of("acme")) == (5, 5)
    assert "5 conversations written" in said
    assert DEMO_OPERATOR in said
    assert "hummdesk-demo" in said


def test_seed_demo_fills_one_account_when_asked() -> None:
    seed("--conversations", "5", "--account", "acme")

    assert (count_of("nordhem"), count_of("acme")) == (0, 5)


def test_seed_demo_goes_on_where_a_run_stopped_between_the_accounts() -> None:
    seed("--conversations", "5", "--account", "nordhem")

    said = seed("--conversations", "7", "--if-empty")

    assert (count_of("nordhem"), count_of("acme")) == (5, 7)
    assert "nordhem: 0 conversations written" in said


def test_seed_demo_is_refused_in_production(settings: LazySettings) -> None:
    settings.DEBUG = False

    with pytest.raises(CommandError, match="--force"):
        seed()

    assert not User.objects.filter(email=DEMO_OPERATOR).exists()


def test_seed_demo_runs_in_production_when_forced(settings: LazySettings) -> None:
    settings.DEBUG = False

    seed("--conversations", "3", "--account", "acme", "--force")

    assert count_of("acme") == 3


def test_seed_demo_refuses_a_negative_count() -> None:
    with pytest.raises(CommandError, match="from 0 up"):
        seed("--conversations", "-1")
