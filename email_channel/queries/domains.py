"""The domains of the account's mailboxes."""

from collections.abc import Sequence
from uuid import UUID

from email_channel.models import SendingDomain
from email_channel.queries.mailboxes import active_mailboxes
from hummdesk.errors import NotFound


def domains_in_use() -> Sequence[SendingDomain]:
    """Return the domains of mailboxes that take mail, by name. Two queries."""
    names = {mailbox.domain for mailbox in active_mailboxes()}
    return list(SendingDomain.objects.filter(name__in=names).order_by("name"))


def get_domain(id: UUID, *, lock: bool = False) -> SendingDomain:
    """Return a domain. One query. Raises: NotFound."""
    rows = SendingDomain.objects.select_for_update() if lock else SendingDomain.objects.all()
    domain = rows.filter(id=id).first()
    if domain is None:
        raise NotFound
    return domain
