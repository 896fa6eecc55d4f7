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
