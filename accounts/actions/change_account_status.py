"""Suspending an account, and letting it work again."""

from uuid import UUID

from accounts.enums import AccountStatus
from accounts.events import AccountChanged
from accounts.models import Account
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.tenancy.context import account_context


@action
def change_account_status(account_id: UUID, status: AccountStatus, *, actor: Actor) -> Account:
    """The account's hosts answer, or do not, and its tokens with them. Locks its row. Publishes: AccountChanged."""
    account: Account = Account.objects.select_for_update(no_key=True).get(id=account_id)
    if account.status == status:
        return account
    account.status = status
    account.version += 1
    account.save(update_fields=["status", "version", "updated_at"])
    with account_context(account):
        publish(AccountChanged(actor=actor, account_id=account.id, fields="status"))
    return account
