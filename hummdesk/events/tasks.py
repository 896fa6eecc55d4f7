"""The sweep: what a crash or a lost broker left undispatched is dispatched."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from hummdesk.events.dispatcher import dispatch
from hummdesk.events.queries import lock_undispatched
from hummdesk.tenancy.context import require_account_schema
from hummdesk.tenancy.fan_out import fan_out
from hummdesk.tenancy.tasks import account_task, platform_task

# Younger events are still in the hands of the process that committed them.
PATIENCE = timedelta(seconds=5)
BATCH_SIZE = 500


@platform_task("hummdesk.events.tasks.sweep_events")
def sweep_events() -> int:
    """Each account that has undispatched events gets a task; returns how many do."""
    return fan_out(
        "hummdesk.events.tasks.sweep_account_events",
        "EXISTS (SELECT FROM {schema}.events_loggedevent WHERE dispatched_at IS NULL"
        " AND at < now() - interval '5 seconds')",
    )


@account_task("hummdesk.events.tasks.sweep_account_events")
def sweep_account_events() -> int:
    """The account's overdue events are dispatched; returns how many were found.

    Ends when one batch fails: the next tick tries again.
    """
    found = 0
    while True:
        rows, went_well = _sweep_batch()
        found += rows
        if rows < BATCH_SIZE or not went_well:
            return found


def _sweep_batch() -> tuple[int, bool]:
    """Return how many events were found, and whether they are dispatched. Holds their rows meanwhile."""
    with transaction.atomic():
        rows = lock_undispatched(timezone.now() - PATIENCE, BATCH_SIZE)
        return len(rows), dispatch(require_account_schema(), rows)
