"""What becomes of old events: mail for nobody finds a mailbox that was added since, and what is done with goes."""

from datetime import timedelta

from django.utils import timezone

from accounts.permissions import Permission
from email_channel.enums import ProviderEventState, SendState
from email_channel.provider.actions.settle_event import look_again
from email_channel.provider.models import ProviderEvent, SystemMail
from email_channel.provider.payloads import incoming_recipients
from email_channel.provider.queries import IS_RECEIVED, mail_at_provider
from email_channel.recipients import routes_of
from hummdesk.events.publishing import action
from hummdesk.tenancy.context import platform_context, require_account_schema
from teams.access import Viewer

# The provider keeps received mail for about as long.
ROUTED_AGAIN_FOR = timedelta(days=30)
_ROUTED_MOST = 500
# Events hold addresses, and nobody asks for one that was heeded; the provider repeats one for 27 hours.
KEPT_FOR = timedelta(days=30)
_PURGED_MOST = 5_000
# Mail to those who sign in holds addresses, too; its words went when it left.
SYSTEM_MAIL_KEPT_FOR = timedelta(days=90)


@action
def route_again() -> int:
    """Received mail that was for nobody and now is for a mailbox waits to be fetched; returns how many. Three queries.

    The newest are looked at, of the time for which the provider has them.
    """
    since = timezone.now() - ROUTED_AGAIN_FOR
    with platform_context():
        events = ProviderEvent.objects.filter(IS_RECEIVED, state=ProviderEventState.IGNORED, received_at__gt=since)
        named = {event: incoming_recipients(event.payload) for event in events.order_by("-received_at")[:_ROUTED_MOST]}
        known = set(routes_of(list({address for addresses in named.values() for address in addresses})))
    found = [event.id for event, addresses in named.items() if known & set(addresses)]
    return look_again(found) if found else 0


@action
def fetch_again(*, viewer: Viewer) -> int:
    """Mail of the account in force that the provider did not hand out waits to be asked for again; returns how many.

    Raises: PermissionDenied.
    """
    viewer.require(Permission.MANAGE_ACCOUNT)
    failed = mail_at_provider(require_account_schema()).failed_ids
    return look_again(failed) if failed else 0


@action
def purge_events() -> int:
    """Events that were done with long ago are gone; returns how many. Mail for nobody and what failed stays."""
    before = timezone.now() - KEPT_FOR
    with platform_context():
        done = ProviderEvent.objects.filter(state=ProviderEventState.DONE, received_at__lt=before)
        foreign = ProviderEvent.objects.exclude(IS_RECEIVED).filter(
            state=ProviderEventState.IGNORED, received_at__lt=before
        )
        ids = [*done.values_list("id", flat=True)[:_PURGED_MOST], *foreign.values_list("id", flat=True)[:_PURGED_MOST]]
        return ProviderEvent.objects.filter(id__in=ids).delete()[0]


@action
def purge_system_mail() -> int:
    """System mail that was done with long ago is gone; returns how many."""
    before = timezone.now() - SYSTEM_MAIL_KEPT_FOR
    with platform_context():
        old = SystemMail.objects.filter(created_at__lt=before).exclude(state__in=[SendState.QUEUED, SendState.SENDING])
        ids = list(old.values_list("id", flat=True)[:_PURGED_MOST])
        return SystemMail.objects.filter(id__in=ids).delete()[0]
