"""Telling all accounts' mail apart by address."""

from uuid import UUID

from accounts.models import Account, MailRoute
from hummdesk.events.publishing import action
from hummdesk.tenancy.context import require_account_schema


@action
def route_mail(*, address: str, mailbox_id: UUID) -> MailRoute:
    """Mail to the address goes to the account in force. Raises: IntegrityError when another one has it."""
    account = Account.objects.get(schema_name=require_account_schema())
    return MailRoute.objects.create(address=address.lower(), account=account, mailbox_id=mailbox_id)


@action
def stop_routing(*, mailbox_id: UUID) -> None:
    """No mail goes to this mailbox of the account in force any more; its address is free for others."""
    account = Account.objects.get(schema_name=require_account_schema())
    MailRoute.objects.filter(account=account, mailbox_id=mailbox_id).delete()
