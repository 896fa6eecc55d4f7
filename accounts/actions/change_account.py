"""Changing what an account is called, speaks, looks like and is set to."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.account_fields import field_errors
from accounts.events import AccountChanged
from accounts.models import Account
from hummdesk.errors import Conflict, ValidationFailed
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.tenancy.context import account_context
from hummdesk.versions import require_version

CHANGEABLE = frozenset({"name", "timezone", "language", "branding", "settings"})
# These merge by key; a null removes the key.
_MERGED = frozenset({"branding", "settings"})


@action
def change_account(
    account_id: UUID, changes: Mapping[str, Any], *, actor: Actor, version: int | None = None
) -> Account:
    """The account has these values, and its version counted up if any was new. Locks the account's row.

    Raises: ValidationFailed, Conflict when `version` is given and not the stored one. Publishes: AccountChanged.
    """
    account: Account = Account.objects.select_for_update(no_key=True).get(id=account_id)
    require_version(version, account.version, Conflict.title)
    wanted = _wanted(account, changes)
    if errors := field_errors(wanted):
        raise ValidationFailed(errors=errors)
    changed = sorted(field for field, value in wanted.items() if getattr(account, field) != value)
    if not changed:
        return account
    for field in changed:
        setattr(account, field, wanted[field])
    account.version += 1
    account.save(update_fields=[*changed, "version", "updated_at"])
    with account_context(account):
        publish(AccountChanged(actor=actor, account_id=account.id, fields=",".join(changed)))
    return account


def _wanted(account: Account, changes: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {field: value for field, value in changes.items() if field in CHANGEABLE}
    for field in _MERGED & wanted.keys():
        merged = {**getattr(account, field), **wanted[field]}
        wanted[field] = {key: value for key, value in merged.items() if value is not None}
    return wanted
