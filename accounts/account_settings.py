"""The numbers that an account sets for itself, with what holds where it says nothing."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from hummdesk.tenancy.context import require_account_schema


@dataclass(frozen=True)
class NumberSetting:
    """A whole number within bounds."""

    default: int
    least: int
    most: int


# Of `Account.settings`; the unit is in the name.
NUMBER_SETTINGS = {
    # How long a reply waits in a state from which it can be taken back.
    "undo_send_s": NumberSetting(10, 0, 60),
    "attachment_max_bytes": NumberSetting(20 * 1024 * 1024, 1, 25 * 1024 * 1024),
}


def number_setting(name: str) -> int:
    """Return a setting of the account in force. No query. Raises: AccountRequired."""
    require_account_schema()
    tenant: Any = connection.tenant  # type: ignore[attr-defined]  # of django-tenants
    value: int = tenant.settings.get(name, NUMBER_SETTINGS[name].default)
    return value
