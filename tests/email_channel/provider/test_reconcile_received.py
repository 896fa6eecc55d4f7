"""Mail that no webhook announced is found in the provider's list."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from conversations.models import Message
from email_channel.provider.models import ProviderEvent
from email_channel.provider.tasks import reconcile_received_mail
from hummdesk.tenancy.context import platform_context
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.email_channel.provider.conftest import Told, work
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend

pytestmark = pytest.mark.usefixtures("mailbox")
NOW = timezone.now().timestamp()


def reconcile() -> None:
    """Run the task as the beat does."""
    with platform_context():
        reconcile_received_mail()


def list_calls(resend: FakeResend) -> int:
    """Return how many pages were asked for."""
    return sum(asked.path.startswith("/emails/receiving?") for asked in resend.asked)


def test_unannounced_mail_is_fetched(resend: FakeResend) -> None:
    resend.webhooks.is_mute = True
    resend.receive(raw_mail(), SUPPORT)

    reconcile()
    work()

    assert Message.objects.count() == 1
    assert ProviderEvent.objects.get().event_id.startswith("list:")


def test_announced_mail_is_not_taken_again(resend: FakeResend, told: Told) -> None:
    resend.receive(raw_mail(), SUPPORT)
    told()
    work()

    reconcile()

    assert ProviderEvent.objects.count() == 1


def test_a_webhook_that_comes_after_all_changes_nothing(resend: FakeResend, told: Told) -> None:
    resend.receive(raw_mail(), SUPPORT)
    reconcile()

    assert told() == []
    work()
    assert Message.objects.count() == 1


def test_all_pages_are_read_and_the_oldest_is_first(resend: FakeResend, run_tasks: RunTasks) -> None:
    resend.webhooks.is_mute = True
    for number in range(250):
        resend.receive(raw_mail(), "nobody@acme.example", at=NOW - number * 60)

    reconcile()
    times = list(ProviderEvent.objects.order_by("occurred_at").values_list("occurred_at", flat=True))

    assert ProviderEvent.objects.count() == 250
    assert times[-1] - times[0] > timedelta(hours=4)
    assert list_calls(resend) == 3


def test_what_was_read_once_is_not_read_again(resend: FakeResend) -> None:
    for number in range(250):
        resend.receive(raw_mail(), "nobody@acme.example", at=NOW - 3600 - number * 60)
    reconcile()
    first = list_calls(resend)

    reconcile()

    assert (first, list_calls(resend) - first) == (3, 1)


def test_the_first_reading_ends_after_a_week(resend: FakeResend) -> None:
    for number in range(300):
        resend.receive(raw_mail(), "nobody@acme.example", at=NOW - number * 3600 * 2)

    reconcile()

    assert list_calls(resend) == 1


def test_a_reading_that_breaks_off_is_begun_anew(resend: FakeResend) -> None:
    for number in range(150):
        resend.receive(raw_mail(), "nobody@acme.example", at=NOW - number)
    resend.is_down = True
    reconcile()
    assert not ProviderEvent.objects.exists()

    resend.is_down = False
    reconcile()

    assert ProviderEvent.objects.count() == 150


def test_a_reading_goes_on_in_the_next_task(
    resend: FakeResend, run_tasks: RunTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("email_channel.provider.tasks.WORK_S", 0.0)
    for number in range(150):
        resend.receive(raw_mail(), "nobody@acme.example", at=NOW - number)

    reconcile()
    assert not ProviderEvent.objects.exists()
    monkeypatch.undo()
    run_tasks()

    assert ProviderEvent.objects.count() == 150


def test_nothing_is_asked_without_a_key(resend: FakeResend, settings: Settings) -> None:
    settings.RESEND_API_KEY = ""

    reconcile()

    assert resend.request_count == 0
