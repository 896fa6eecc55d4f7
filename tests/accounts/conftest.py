"""People whom only the tests of accounts need."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from accounts.models import Account, User
from hummdesk.embedded.ports import free_port
from hummdesk.tenancy.context import platform_context
from tests.fixtures.cast import PASSWORD
from tests.fixtures.database import clear_redis
from tests.servers.resend import API_KEY, running_resend


@pytest.fixture
def operator(acme: Account) -> User:
    """A super_admin who is in no account."""
    with platform_context():
        return User.objects.create_superuser("super@hummdesk.example", PASSWORD, name="Operator")


@pytest.fixture(autouse=True)
def _fresh_limits(database: None) -> None:
    """No attempt of an earlier test counts."""
    clear_redis()


@pytest.fixture
def mail_server_down(settings: Settings) -> None:
    """Mail goes to a server that does not answer."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()


@pytest.fixture
def mail_refused(settings: Settings) -> Iterator[None]:
    """Mail goes to a provider that takes none from our sender, now or later."""
    settings.EMAIL_BACKEND = "email_channel.system_mail.SystemMailBackend"
    settings.DEFAULT_FROM_EMAIL = "nobody"
    with running_resend() as (_fake, url):
        settings.RESEND_API_KEY, settings.RESEND_API_URL = API_KEY, url
        yield
