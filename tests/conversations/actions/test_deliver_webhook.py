from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import WebhookVerificationError

from accounts.models import Account, User
from conversations.actions.deliver_webhook import (
    MOST_ATTEMPTS,
    WAITS_S,
    deliver_due_webhooks,
    redeliver_webhook,
)
from conversations.enums import DisabledReason, WebhookState
from conversations.errors import DeliveryUnderWay, WebhookSwitchedOff
from conversations.models import Webhook, WebhookDelivery
from conversations.queries.webhooks import claim_next_delivery
from conversations.tasks import sweep_account_webhooks, sweep_webhooks
from hummdesk.errors import NotFound, PermissionDenied
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import platform_context
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_webhook
from tests.fixtures.work import RunTasks
from tests.servers.webhook_receiver import Habit, Receiver, running_receiver


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    with running_receiver() as receiver:
        settings.EGRESS_ALLOWED = frozenset({receiver.address})
        yield receiver


def make_delivery(webhook: Webhook, seq: int = 1, **fields: object) -> WebhookDelivery:
    payload = {
        "type": "message.created",
        "timestamp": "2026-11-23T01:06:00.123Z",
        "data": {"seq": seq, "word": "Käyttö"},
    }
    return WebhookDelivery.objects.create(
        webhook=webhook, event_seq=seq, type="message.created", payload=payload, **fields
    )


def make_due(delivery: WebhookDelivery) -> None:
    WebhookDelivery.objects.filter(id=delivery.id).update(due_at=timezone.now())


def test_delivery_is_signed_so_that_the_receiver_can_check_it(acme: Account, receiver: Receiver) -> None:
    webhook = make_webhook(receiver.url)
    delivery = make_delivery(webhook)

    assert deliver_due_webhooks() == 1

    call = receiver.received[0]
    assert call.verified(webhook.secret) == delivery.payload
    assert call.headers["webhook-id"] == str(delivery.id)
    assert call.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        call.verified(make_webhook().secret)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.response_status, delivery.error) == (WebhookState.DELIVERED, 200, "")
    assert delivery.delivered_at
    assert delivery.duration_ms is not None
    assert deliver_due_webhooks() == 0


@pytest.mark.parametrize("answer", [500, 404, 429, 302, 307, Habit.DROPS, Habit.GARBLED])
def test_failed_delivery_is_tried_again(acme: Account, receiver: Receiver, answer: int | Habit) -> None:
    webhook, receiver.location = make_webhook(receiver.url), "/elsewhere"
    delivery = make_delivery(webhook)
    receiver.will(answer)
    started = timezone.now()

    deliver_due_webhooks()

    delivery.refresh_from_db()
    webhook.refresh_from_db()
    assert (delivery.state, delivery.attempt_count) == (WebhookState.WAITING, 1)
    assert delivery.response_status == (answer if isinstance(answer, int) else None)
    assert delivery.error
    assert 4 < (delivery.due_at - started).total_seconds() < 8
    assert webhook.failing_since
    assert webhook.is_enabled
    make_due(delivery)
    deliver_due_webhooks()
    delivery.refresh_from_db()
    webhook.refresh_from_db()
    assert delivery.state == WebhookState.DELIVERED.value
    assert webhook.failing_since is None
    assert len({call.headers["webhook-id"] for call in receiver.received}) == 1
    assert {call.path for call in receiver.received} == {"/hook"}


def test_waits_grow_over_a_day_and_then_end(acme: Account, receiver: Receiver) -> None:
    delivery = make_delivery(make_webhook(receiver.url))
    receiver.will(*[500] * MOST_ATTEMPTS)

    for wait_s in WAITS_S:
        started = timezone.now()
        assert deliver_due_webhooks() == 1
        delivery.refresh_from_db()
        assert 0.89 * wait_s < (delivery.due_at - started).total_seconds() < 1.1 * wait_s + 3
        make_due(delivery)
    deliver_due_webhooks()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempt_count) == (WebhookState.FAILED, MOST_ATTEMPTS)
    assert 23 * 3600 < sum(WAITS_S) <= 24 * 3600
    assert deliver_due_webhooks() == 0


def test_receiver_that_hangs_costs_seconds(acme: Account, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conversations.actions.deliver_webhook.DEADLINE_S", 0.4)
    delivery = make_delivery(make_webhook(receiver.url))
    receiver.will(Habit.HANGS)

    deliver_due_webhooks()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (WebhookState.WAITING, "There was no answer in time.")
    assert 400 <= (delivery.duration_ms or 0) < 2000


def test_body_of_the_answer_is_not_read(acme: Account, receiver: Receiver) -> None:
    delivery = make_delivery(make_webhook(receiver.url))
    receiver.will(Habit.HUGE)

    deliver_due_webhooks()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (WebhookState.DELIVERED, "")


def test_private_address_is_never_called(acme: Account, receiver: Receiver, settings: Settings) -> None:
    """The address was taken while it was allowed."""
    delivery = make_delivery(make_webhook(receiver.url.replace("http", "https")))
    settings.EGRESS_ALLOWED = frozenset()

    deliver_due_webhooks()

    delivery.refresh_from_db()
    assert delivery.error == "This address is not on the public internet."
    assert receiver.received == []


def test_gone_receiver_is_switched_off_at_once(acme: Account, receiver: Receiver, published: Published) -> None:
    webhook = make_webhook(receiver.url)
    first, second = make_delivery(webhook, 1), make_delivery(webhook, 2)
    receiver.will(410)

    deliver_due_webhooks()

    webhook.refresh_from_db()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (webhook.is_enabled, webhook.disabled_reason) == (False, DisabledReason.GONE)
    assert (first.state, second.state) == (WebhookState.FAILED, WebhookState.FAILED)
    assert len(receiver.received) == 1
    assert published() == ["WebhookDisabled"]
    assert LoggedEvent.objects.get(type="WebhookDisabled").data == {"webhook_id": str(webhook.id), "reason": "gone"}


@pytest.mark.parametrize(("days", "is_enabled"), [(2.9, True), (3.1, False)])
def test_receiver_that_fails_for_three_days_is_switched_off(
    acme: Account, receiver: Receiver, published: Published, days: float, is_enabled: bool
) -> None:
    failing_since = timezone.now() - timedelta(days=days)
    webhook = make_webhook(receiver.url, failing_since=failing_since)
    make_delivery(webhook)
    receiver.will(503)

    deliver_due_webhooks()

    webhook.refresh_from_db()
    assert webhook.is_enabled == is_enabled
    assert webhook.failing_since == failing_since
    assert published() == ([] if is_enabled else ["WebhookDisabled"])


def test_one_receiver_gets_one_call_at_a_time(acme: Account) -> None:
    """And others of the account do not wait for it, up to what one account may hold."""
    busy, free, third = make_webhook(), make_webhook(), make_webhook()
    for webhook in (busy, busy, free, third):
        make_delivery(webhook, WebhookDelivery.objects.count())

    claimed = [claim_next_delivery(), claim_next_delivery()]

    assert len({delivery.webhook_id for delivery in claimed if delivery}) == 2
    assert claim_next_delivery() is None


def test_claim_of_a_dead_worker_comes_back(acme: Account, receiver: Receiver) -> None:
    delivery = make_delivery(make_webhook(receiver.url))
    assert claim_next_delivery() == delivery
    assert sweep_account_webhooks() == 0

    WebhookDelivery.objects.update(claimed_at=timezone.now() - timedelta(seconds=61))
    assert sweep_account_webhooks() == 1

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempt_count) == (WebhookState.DELIVERED, 2)


def test_claim_that_always_kills_its_worker_ends(acme: Account) -> None:
    delivery = make_delivery(
        make_webhook(),
        state=WebhookState.SENDING,
        attempt_count=MOST_ATTEMPTS,
        claimed_at=timezone.now() - timedelta(hours=1),
    )

    assert sweep_account_webhooks() == 0

    delivery.refresh_from_db()
    assert delivery.state == WebhookState.FAILED


def test_sweep_finds_accounts_with_something_due(acme: Account, receiver: Receiver, run_tasks: RunTasks) -> None:
    def accounts_swept() -> int:
        with platform_context():
            return sweep_webhooks()

    webhook = make_webhook(receiver.url)
    delivery = make_delivery(webhook, due_at=timezone.now() + timedelta(hours=1))
    assert accounts_swept() == 0

    # The condition asks for the beginning of the transaction, which is that of the test.
    WebhookDelivery.objects.filter(id=delivery.id).update(due_at=timezone.now() - timedelta(hours=1))
    assert accounts_swept() == 1

    assert run_tasks() == ["conversations.tasks.sweep_account_webhooks"]
    assert len(receiver.received) == 1
    assert accounts_swept() == 0


def test_redelivery_starts_anew_under_the_same_id(
    acme: Account, receiver: Receiver, viewer_as: ViewerOf, admin: User
) -> None:
    webhook = make_webhook(receiver.url)
    delivery = make_delivery(webhook, state=WebhookState.FAILED, attempt_count=MOST_ATTEMPTS)

    redeliver_webhook(viewer=viewer_as(admin), webhook_id=webhook.id, delivery_id=delivery.id)
    deliver_due_webhooks()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempt_count) == (WebhookState.DELIVERED, 1)
    assert receiver.received[0].headers["webhook-id"] == str(delivery.id)


def test_redelivery_is_refused(acme: Account, viewer_as: ViewerOf, admin: User, leader: User) -> None:
    off, on = make_webhook(is_enabled=False), make_webhook()
    of_off = make_delivery(off, state=WebhookState.FAILED)
    under_way = make_delivery(on, state=WebhookState.SENDING, claimed_at=timezone.now())

    for viewer, webhook, delivery_id, refusal in (
        (admin, off, of_off.id, WebhookSwitchedOff),
        (admin, on, under_way.id, DeliveryUnderWay),
        (admin, on, of_off.id, NotFound),
        (admin, on, uuid4(), NotFound),
        (leader, on, under_way.id, PermissionDenied),
    ):
        with pytest.raises(refusal):
            redeliver_webhook(viewer=viewer_as(viewer), webhook_id=webhook.id, delivery_id=delivery_id)

    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"failed", "sending"}


def test_heads_of_long_queues_are_found_by_index(acme: Account) -> None:
    webhook = make_webhook()
    later = timezone.now() + timedelta(days=1)
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(webhook=webhook, event_seq=seq, type="x", payload={}, due_at=later) for seq in range(3000)
    )

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_webhookdelivery")
        cursor.execute(
            "EXPLAIN SELECT id FROM conversations_webhookdelivery WHERE webhook_id = %s AND state = 'waiting'"
            " AND due_at <= statement_timestamp() ORDER BY due_at LIMIT 1",
            [webhook.id],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "webhook_delivery_waiting" in plan
