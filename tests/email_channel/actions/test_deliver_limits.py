"""Mail that waits for its turn at the provider."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from email_channel.actions.deliver_mail import deliver
from email_channel.enums import SendState
from email_channel.models import Mailbox, OutgoingDelivery
from email_channel.provider.bucket import pause_turns, take_turn
from teams.access import Viewer
from tests.email_channel.actions.test_deliver_mail import now_due, queued_reply
from tests.servers.resend import FakeResend


@pytest.fixture
def delivery(mailbox: Mailbox, viewer: Viewer) -> OutgoingDelivery:
    """An agent's reply to Ada, queued."""
    return queued_reply(mailbox, viewer)


def test_over_the_limit_mails_wait_and_each_leaves_once(mailbox: Mailbox, viewer: Viewer, resend: FakeResend) -> None:
    resend.limit_per_s = 3
    deliveries = [queued_reply(mailbox, viewer, f"c{number}@customers.example") for number in range(8)]
    for delivery in deliveries:
        deliver(delivery.id)
    assert OutgoingDelivery.objects.filter(state=SendState.QUEUED).exists()

    for _ in range(5):
        resend.advance(1)
        for delivery in deliveries:
            now_due(delivery)
            deliver(delivery.id)

    assert not OutgoingDelivery.objects.exclude(state=SendState.SENT).exists()
    assert sorted(sent.key for sent in resend.ledger) == sorted(str(delivery.id) for delivery in deliveries)


def test_a_turn_that_is_denied_counts_as_no_try(
    delivery: OutgoingDelivery, resend: FakeResend, published: Callable[[], list[str]]
) -> None:
    pause_turns(30)

    wait_s = deliver(delivery.id)

    delivery.refresh_from_db()
    assert 0 < wait_s <= 30
    assert (delivery.state, delivery.attempt_count, delivery.first_tried_at) == (SendState.QUEUED, 0, None)
    assert timedelta() < delivery.due_at - timezone.now() <= timedelta(seconds=30)
    assert resend.request_count == 0
    assert published() == []


def test_the_providers_limit_counts_as_no_try_and_holds_for_all(
    delivery: OutgoingDelivery, resend: FakeResend
) -> None:
    resend.limit_per_s = 0

    assert deliver(delivery.id) == 1

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempt_count) == (SendState.QUEUED, 0)
    assert take_turn("another") > 0
