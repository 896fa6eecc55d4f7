import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from accounts.models import Account
from accounts.queries import accounts_behind
from hummdesk.tenancy.context import account_context, platform_context


@pytest.fixture
def account_that_is_behind(acme: Account) -> Account:
    """An account in which the migrations of a tenant app have not run."""
    tables = ", ".join(model._meta.db_table for model in apps.get_app_config("analytics").get_models())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {tables}")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'analytics'")
    return acme


def test_accounts_behind_are_none_when_all_is_applied(acme: Account, nordhem: Account) -> None:
    with platform_context():
        assert accounts_behind() == []


def test_migrate_accounts_brings_only_those_behind_up_to_date(
    account_that_is_behind: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = account_that_is_behind.schema_name
    with platform_context():
        assert accounts_behind() == [schema]

        call_command("migrate_accounts")

        assert accounts_behind() == []
    assert f"Migrating {schema} (1 of 1)" in capsys.readouterr().out
    with account_context(account_that_is_behind), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('analytics_metricevent') IS NOT NULL")
        assert cursor.fetchone() == (True,)
