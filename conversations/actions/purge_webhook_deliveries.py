"""The log of deliveries is kept for a month."""

from datetime import timedelta

from django.utils import timezone

from conversations.queries.webhooks import delete_deliveries_before
from hummdesk.events.publishing import action

KEPT_FOR = timedelta(days=30)


@action
def purge_webhook_deliveries() -> int:
    """Deliveries older than 30 days are gone; returns how many."""
    return delete_deliveries_before(timezone.now() - KEPT_FOR)
