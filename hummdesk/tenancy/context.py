"""The account in force in this thread, and entering another one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django_tenants.utils import (
    get_public_schema_name,
    get_tenant_model,
    schema_context,
    tenant_context,
)

from hummdesk.errors import AccountRequired

# django-tenants' connection, whose methods Django's type stubs do not know.
_connection: Any = connection


def current_schema() -> str:
    """Return the schema in force: an account's, or `public`."""
    return str(_connection.schema_name)


def is_platform() -> bool:
    """Return whether no account is in force."""
    return current_schema() == str(get_public_schema_name())


def require_account_schema() -> str:
    """Return the account's schema in force.

    Raises: AccountRequired when only the public schema is in force, so that forgotten context fails closed.
    """
    if is_platform():
        raise AccountRequired
    return current_schema()


def is_account_active() -> bool:
    """Return whether the account in force is one whose hosts answer. No query."""
    return bool(getattr(_connection.tenant, "is_active", False))


def release_connection() -> None:
    """The database's connection is free for others during a long wait; inside a transaction nothing happens."""
    if not _connection.in_atomic_block:
        _connection.close()


def enter_account(account: Any) -> None:
    """The account (a row of the tenant model) is in force in this thread until something else is."""
    _connection.set_tenant(account)


def enter_platform() -> None:
    """The public schema is in force in this thread."""
    _connection.set_schema_to_public()


@contextmanager
def account_context(account: Any) -> Iterator[None]:
    """Put an account (a row of the tenant model) in force, and afterwards whatever was before."""
    with tenant_context(account):
        yield


@contextmanager
def account_schema(schema_name: str) -> Iterator[None]:
    """Put the account with this schema in force.

    No query when it is in force already. Raises: AccountRequired for `public` or a schema that is no account's.
    """
    if current_schema() == schema_name != get_public_schema_name():
        yield
        return
    account = get_tenant_model().objects.filter(schema_name=schema_name).first()
    if account is None or schema_name == get_public_schema_name():
        raise AccountRequired
    with tenant_context(account):
        yield


@contextmanager
def platform_context() -> Iterator[None]:
    """Put the public schema in force."""
    with schema_context(get_public_schema_name()):
        yield
