"""How work on one of the provider's events ends: done, put off, or failed for an operator to see."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from email_channel.enums import ProviderEventState
from email_channel.provider.actions.store_provider_event import route_event
from email_channel.provider.models import ProviderEvent
from hummdesk.events.publishing import action
from hummdesk.tenancy.context import platform_context

# Seconds before the next try, by the number of tries so far; the last one for all that follow.
WAITS_S = (5, 15, 30, 60, 120, 300, 600)


@action
def settle_event(event: ProviderEvent, state: ProviderEventState, error: str = "") -> None:
    """Nothing is left to do about the event."""
    with platform_context():
        ProviderEvent.objects.filter(id=event.id).update(
            state=state, error=error[:300], claimed_at=None, attempt_count=F("attempt_count") + 1
        )


@action
def postpone_event(event: ProviderEvent, error: str) -> None:
    """The event's next try comes later, the later the more there were."""
    wait_s = WAITS_S[min(event.attempt_count, len(WAITS_S) - 1)]
    with platform_context():
        ProviderEvent.objects.filter(id=event.id).update(
            due_at=timezone.now() + timedelta(seconds=wait_s),
            error=error[:300],
            claimed_at=None,
            attempt_count=F("attempt_count") + 1,
        )


@action
def release_event(event: ProviderEvent) -> None:
    """The event waits as before: it was not its fault."""
    with platform_context():
        ProviderEvent.objects.filter(id=event.id).update(claimed_at=None)


@action
def wake_events() -> int:
    """The events that were put off are due now, in their order; returns how many. The provider is back."""
    now = timezone.now()
    with platform_context():
        put_off = ProviderEvent.objects.filter(state=ProviderEventState.WAITING, due_at__gt=now, attempt_count__gt=0)
        return put_off.update(due_at=now)


@action
def look_again(event_ids: Sequence[UUID]) -> int:
    """These events wait again, with the account that their addresses have now; returns how many do.

    Nothing is done twice by it: a mail that was stored is known, and so is a word that was heeded.
    """
    with platform_context():
        events = ProviderEvent.objects.select_for_update().filter(id__in=event_ids).order_by("id")
        for event in events:
            route_event(event)
            event.due_at, event.claimed_at, event.attempt_count = timezone.now(), None, 0
            fields = ["state", "error", "object_id", "account", "due_at", "claimed_at", "attempt_count"]
            event.save(update_fields=fields)
        return sum(event.state == ProviderEventState.WAITING for event in events)
