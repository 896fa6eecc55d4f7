"""What there is in the public schema."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from accounts.models import Account, MailRoute, Membership, User


class RoutedAddress(NamedTuple):
    """Where mail to an address goes."""

    account: Account
    mailbox_id: UUID


def active_membership(user: User, account: Account) -> Membership | None:
    """Return the user's active membership in an active account, or None. One query."""
    if not user.is_active or not account.is_active:
        return None
    return Membership.objects.filter(user=user, account=account, is_active=True).first()


def memberships_of(user: User) -> Sequence[Membership]:
    """Return the user's active memberships in active accounts, by account name. One query."""
    memberships = Membership.objects.select_related("account").filter(user=user, is_active=True)
    return list(memberships.filter(account__status="active").order_by("account__name"))


def primary_host(account: Account) -> str:
    """Return the host name that stands in links to the account. One query."""
    return str(account.domains.get(is_primary=True).domain)


def routed_address(address: str) -> RoutedAddress | None:
    """Return where mail to this address goes, None when no account has it.

    A `+detail` in the local part is looked over (RFC 5233) unless the whole address has a route of its own.
    """
    address = address.strip().lower()
    local, _at, domain = address.rpartition("@")
    plain = f"{local.split('+', 1)[0]}@{domain}"
    routes = MailRoute.objects.select_related("account").filter(address__in={address, plain}, account__status="active")
    found = {route.address: route for route in routes}
    route = found.get(address) or found.get(plain)
    return RoutedAddress(route.account, route.mailbox_id) if route else None


def schemas_behind(expected_count: int) -> Sequence[str]:
    """Return the schemas of accounts that lack migrations, oldest account first.

    One UNION ALL over every `django_migrations` (raw: the ORM cannot ask across schemas), since asking
    each schema in turn takes minutes where there are hundreds.
    """
    schemas = list(Account.objects.order_by("created_at").values_list("schema_name", flat=True))
    if not schemas:
        return []
    quote = connection.ops.quote_name
    branches = (
        f"SELECT %s AS schema_name, count(*) AS applied FROM {quote(schema)}.django_migrations"  # noqa: S608  # quoted, and ours
        for schema in schemas
    )
    sql = f"SELECT schema_name FROM ({' UNION ALL '.join(branches)}) counts WHERE applied < %s"  # noqa: S608  # no value of a client
    with connection.cursor() as cursor:
        cursor.execute(sql, [*schemas, expected_count])
        behind = {str(row[0]) for row in cursor.fetchall()}
    return [schema for schema in schemas if schema in behind]
