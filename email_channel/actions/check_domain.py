"""Looking whether the DNS of a domain holds what mail needs."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.permissions import Permission
from email_channel.domain_checks import RecordCheck, check_records
from email_channel.domain_records import DnsRecord, default_records, provider_records
from email_channel.enums import RecordState
from email_channel.events import DomainChecked
from email_channel.models import SendingDomain
from email_channel.provider.domains import provider_domain
from email_channel.provider.received import MailUnavailable, ProviderAway
from email_channel.queries.domains import get_domain
from hummdesk.events.publishing import action, publish
from hummdesk.logs import logger
from hummdesk.tenancy.context import current_schema
from teams.access import Viewer


def check_domain(*, viewer: Viewer, domain_id: UUID) -> SendingDomain:
    """The domain has what the provider asks for and what the DNS holds now. Asks both outside of any transaction.

    Where the provider does not answer, its last word stands, or what is documented.
    Raises: PermissionDenied, NotFound. Publishes: DomainChecked.
    """
    viewer.require(Permission.MANAGE_ACCOUNT)
    domain = get_domain(domain_id)
    provider_id, records = _wanted(domain)
    return _store(viewer, domain_id, provider_id, records=records, checks=check_records(records))


def wanted_records(domain: SendingDomain) -> list[DnsRecord]:
    """Return what the DNS of a domain must hold, as far as that is known without asking anybody."""
    return [DnsRecord.from_json(row) for row in domain.records] or default_records(domain.name)


def _wanted(domain: SendingDomain) -> tuple[str, list[DnsRecord]]:
    if not settings.RESEND_API_KEY:
        return domain.provider_id, default_records(domain.name)
    try:
        found = provider_domain(domain.name, schema=current_schema())
    except (ProviderAway, MailUnavailable) as error:
        logger.warning("provider_domain_unknown", domain_id=str(domain.id), error=type(error).__name__)
        return domain.provider_id, wanted_records(domain)
    return found.id, provider_records(domain.name, found.records)


@action
def _store(
    viewer: Viewer,
    id: UUID,
    provider_id: str,
    *,
    records: Sequence[DnsRecord],
    checks: Sequence[RecordCheck],
) -> SendingDomain:
    domain = get_domain(id, lock=True)
    domain.provider_id = provider_id[:100]
    domain.records = [record.as_json() for record in records]
    domain.checks = [check.as_json() for check in checks]
    domain.checked_at = timezone.now()
    domain.save(update_fields=["provider_id", "records", "checks", "checked_at"])
    is_right = all(check.state == RecordState.RIGHT for check in checks)
    publish(DomainChecked(actor=viewer.actor, domain_id=domain.id, is_right=is_right))
    return domain
