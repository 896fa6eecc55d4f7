"""Several processes over the same webhooks: nothing is sent twice by them, and nobody's action breaks."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.deliver_webhook import deliver_due_webhooks
from conversations.actions.save_webhook import delete_webhook
from conversations.actions.write_message import add_note
from conversations.enums import WebhookState
from conversations.models import Webhook, WebhookDelivery
from conversations.tasks import sweep_account_webhooks
from hummdesk.embedded.processes import kill_group
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import account_context
from tests.conversations.conftest import ViewerOf
from tests.factories import make_conversation, make_webhook
from tests.fixtures.live import start_process
from tests.servers.webhook_receiver import Habit, Receiver, running_receiver

AT_ONCE = 6


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Allowed here, and in the processes that start from here."""
    with running_receiver() as receiver:
        monkeypatch.setattr(settings, "EGRESS_ALLOWED", frozenset({receiver.address}))
        monkeypatch.setenv("HUMMDESK_EGRESS_ALLOWED", receiver.address)
        yield receiver


def at_once(account: Account, *work: Callable[[], Any]) -> list[Any]:
    """Run these in threads with connections of their own; returns what they return."""
    start = Barrier(len(work))

    def run(function: Callable[[], Any]) -> Any:
        try:
            with account_context(account):
                start.wait(10)
                return function()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


def make_deliveries(webhook: Webhook, count: int) -> None:
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(webhook=webhook, event_seq=seq, type="message.created", payload={"seq": seq})
        for seq in range(count)
    )


def test_delivery_is_claimed_by_one_process(committed: None, acme: Account, receiver: Receiver) -> None:
    for _number in range(3):
        make_deliveries(make_webhook(receiver.url), 10)

    def until_done() -> None:
        while WebhookDelivery.objects.exclude(state=WebhookState.DELIVERED).exists():
            deliver_due_webhooks()

    at_once(acme, *[until_done] * AT_ONCE)

    ids = [call.headers["webhook-id"] for call in receiver.received]
    assert len(ids) == len(set(ids)) == 30
    assert set(WebhookDelivery.objects.values_list("attempt_count", flat=True)) == {1}


def test_killed_worker_loses_no_delivery(committed: None, acme: Account, receiver: Receiver) -> None:
    webhook = make_webhook(receiver.url)
    make_deliveries(webhook, 1)
    receiver.will(Habit.HANGS)
    code = (
        "import django; django.setup()\n"
        "from hummdesk.tenancy.context import account_schema\n"
        "from conversations.actions.deliver_webhook import deliver_due_webhooks\n"
        f"with account_schema({acme.schema_name!r}): deliver_due_webhooks()"
    )
    worker = start_process("webhook-worker", [sys.executable, "-c", code], port=8000)
    assert receiver.arrived.wait(60)

    kill_group(worker.pid)
    worker.wait()

    assert WebhookDelivery.objects.get().state == WebhookState.SENDING
    assert sweep_account_webhooks() == 0
    WebhookDelivery.objects.update(claimed_at=timezone.now() - timedelta(seconds=61))
    assert sweep_account_webhooks() == 1
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempt_count) == (WebhookState.DELIVERED, 2)
    assert [call.verified(webhook.secret) for call in receiver.received] == [{"seq": 0}] * 2


def test_removing_webhooks_breaks_no_other_action(
    committed: None, acme: Account, viewer_as: ViewerOf, admin: User
) -> None:
    conversation, viewer = make_conversation(messages=1), viewer_as(admin)
    webhooks = [make_webhook() for _number in range(8)]

    def write() -> None:
        for _number in range(10):
            add_note(viewer=viewer, conversation_id=conversation.id, body_text="Note")

    def remove() -> None:
        for webhook in webhooks:
            delete_webhook(viewer=viewer, webhook_id=webhook.id)

    at_once(acme, write, write, remove)

    assert LoggedEvent.objects.filter(type="NoteAdded").count() == 20
    assert not Webhook.objects.exists()
    assert not WebhookDelivery.objects.exists()
