"""People whom only the tests of accounts need."""

import pytest

from accounts.models import Account, User
from hummdesk.tenancy.context import platform_context
from tests.fixtures.cast import PASSWORD
from tests.fixtures.database import clear_redis


@pytest.fixture
def operator(acme: Account) -> User:
    """A super_admin who is in no account."""
    with platform_context():
        return User.objects.create_superuser("super@hummdesk.example", PASSWORD, name="Operator")


@pytest.fixture(autouse=True)
def _fresh_limits(database: None) -> None:
    """No attempt of an earlier test counts."""
    clear_redis()
