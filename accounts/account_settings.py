"""The numbers and switches that an account sets for itself, with what holds where it says nothing."""

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
    # How long after a conversation was resolved its customer is asked how they were helped, and how many days a
    # customer is asked nothing further.
    "csat_delay_h": NumberSetting(24, 0, 720),
    "csat_pause_days": NumberSetting(30, 1, 365),
    "attachment_max_bytes": NumberSetting(20 * 1024 * 1024, 1, 25 * 1024 * 1024),
}
# What holds where the account says nothing.
SWITCH_SETTINGS = {
    # Whether people of a customer's company may write in their conversations without being asked in.
    "company_may_join": False,
    # Whether customers are asked how they were helped.
    "csat_asks": False,
}


def number_setting(name: str) -> int:
    """Return a setting of the account in force. No query. Raises: AccountRequired."""
    require_account_schema()
    tenant: Any = connection.tenant  # type: ignore[attr-defined]  # of django-tenants
    value: int = tenant.settings.get(name, NUMBER_SETTINGS[name].default)
    return value


def switch_setting(name: str) -> bool:
    """Return a switch of the account in force. No query. Raises: AccountRequired."""
    require_account_schema()
    tenant: Any = connection.tenant  # type: ignore[attr-defined]  # of django-tenants
    value: bool = tenant.settings.get(name, SWITCH_SETTINGS[name])
    return value


def account_zone_name() -> str:
    """Return the name of the time zone of the account in force. No query. Raises: AccountRequired."""
    require_account_schema()
    tenant: Any = connection.tenant  # type: ignore[attr-defined]  # of django-tenants
    return str(tenant.timezone)
