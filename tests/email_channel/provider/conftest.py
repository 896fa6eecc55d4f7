"""What the tests of the provider's side share."""

import json
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from django.utils import timezone

from email_channel.provider.actions.store_provider_event import store_provider_event
from email_channel.provider.models import ProviderEvent
from email_channel.provider.tasks import fetch_received_mail, heed_provider_events
from hummdesk.tenancy.context import platform_context
from tests.servers.resend import FakeResend
from tests.servers.resend_webhooks import WebhookEvent

Told = Callable[..., list[ProviderEvent]]


@pytest.fixture
def told(resend: FakeResend) -> Told:
    """Make a function that stores events as the webhook does: these, or all that the provider has to tell."""

    def tell(events: Iterable[WebhookEvent] | None = None) -> list[ProviderEvent]:
        taken = resend.webhooks.take() if events is None else events
        stored = [store_provider_event(event_id=event.id, payload=json.loads(event.body)) for event in taken]
        return [event for event in stored if event is not None]

    return tell


def work() -> None:
    """Do what the tasks would do, on the platform's schema as they are."""
    with platform_context():
        heed_provider_events()
        fetch_received_mail()


def work_later(seconds: float = 3600) -> None:
    """Do the same when so much time has passed."""
    events = ProviderEvent.objects.all()
    for event in events:
        claimed_at = event.claimed_at and event.claimed_at - timedelta(seconds=seconds)
        due_at = event.due_at - timedelta(seconds=seconds)
        events.filter(id=event.id).update(due_at=due_at, claimed_at=claimed_at)
    work()


def one_event() -> ProviderEvent:
    """Return the only event that there is."""
    return ProviderEvent.objects.select_related("account").get()


def is_due_later(event: ProviderEvent) -> bool:
    """Whether the event was put off."""
    return event.due_at > timezone.now()
