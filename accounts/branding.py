"""How an account looks to its customers."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from hummdesk.tenancy.context import require_account_schema


@dataclass(frozen=True)
class Branding:
    """Name, logo and colour; empty where the account has chosen none. `language` is the account's."""

    name: str
    language: str
    logo_url: str = ""
    primary_color: str = ""


def account_branding() -> Branding:
    """Return the look of the account in force. No query. Raises: AccountRequired."""
    require_account_schema()
    tenant: Any = connection.tenant  # type: ignore[attr-defined]  # of django-tenants
    chosen = {name: tenant.branding.get(name) or "" for name in ("logo_url", "primary_color")}
    return Branding(name=tenant.name, language=tenant.language, **chosen)
