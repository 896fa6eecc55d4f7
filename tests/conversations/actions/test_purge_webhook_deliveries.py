from datetime import timedelta

from django.utils import timezone

from accounts.models import Account
from conversations.models import WebhookDelivery
from conversations.tasks import purge_webhooks
from hummdesk.tenancy.context import platform_context
from tests.factories import make_webhook
from tests.fixtures.work import RunTasks


def test_deliveries_are_kept_for_a_month(acme: Account, run_tasks: RunTasks) -> None:
    webhook, now = make_webhook(), timezone.now()
    for seq, age in enumerate([timedelta(days=29, hours=23), timedelta(days=30, hours=1)]):
        WebhookDelivery.objects.create(webhook=webhook, event_seq=seq, type="x", payload={}, created_at=now - age)

    with platform_context():
        assert purge_webhooks() == 1
    run_tasks()

    assert WebhookDelivery.objects.get().event_seq == 0
