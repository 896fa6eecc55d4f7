"""Telling all accounts' mail apart by address."""

from uuid import UUID

from accounts.errors import DomainTaken
from accounts.models import Account, MailRoute
from accounts.queries import lock_mail_domain
from hummdesk.events.publishing import action
from hummdesk.tenancy.context import require_account_schema


@action
def route_mail(*, address: str, mailbox_id: UUID) -> MailRoute:
    """Mail to the address goes to the account in force.

    A domain belongs to the account that came first: others could send in its name. Locks the domain.
    Raises: DomainTaken, IntegrityError when the address has a route.
    """
    account = Account.objects.get(schema_name=require_account_schema())
    if lock_mail_domain(address.lower().rpartition("@")[2]) - {account.id}:
        raise DomainTaken(errors={"address": [DomainTaken.title]})
    return MailRoute.objects.create(address=address.lower(), account=account, mailbox_id=mailbox_id)


@action
def stop_routing(*, mailbox_id: UUID) -> None:
    """No mail goes to this mailbox of the account in force any more; its address is free for others."""
    account = Account.objects.get(schema_name=require_account_schema())
    MailRoute.objects.filter(account=account, mailbox_id=mailbox_id).delete()
