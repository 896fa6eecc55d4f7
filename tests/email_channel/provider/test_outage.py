"""Thirty hours in which nothing reaches us: nothing is lost, and all comes in the order in which it was sent."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from redis import Redis

from accounts.models import Account
from conversations.models import Conversation, Message
from email_channel.enums import ProviderEventState
from email_channel.models import IncomingMail
from email_channel.provider import lane
from email_channel.provider.models import ProviderEvent
from email_channel.provider.tasks import reconcile_received_mail
from hummdesk.tenancy.context import account_context, platform_context
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.email_channel.provider.conftest import Told, work, work_later
from tests.servers.resend import FakeResend

NORDHEM = "support@nordhem.example"
HOURS = 30
THREADS = 24

pytestmark = pytest.mark.usefixtures("mailbox", "nordhem_mailbox")
_numbers = count(1)


def thirty_hours_of_mail(resend: FakeResend) -> None:
    """Let as many customers of each account write, and each once more seven minutes later."""
    start = timezone.now() - timedelta(hours=HOURS)
    for number in range(THREADS):
        for support in (SUPPORT, NORDHEM):
            at = (start + timedelta(hours=HOURS * number / THREADS)).timestamp()
            message_id = f"<outage-{next(_numbers)}@customers.example>"
            sender = f"Ada <ada{number}@customers.example>"
            resend.receive(raw_mail(sender=sender, to=support, message_id=message_id), support, at=at)
            more = raw_mail(sender=sender, to=support, headers=(("In-Reply-To", message_id),))
            resend.receive(more, support, at=at + 420)


def after_the_rest() -> None:
    """Let the time have passed in which nobody asks the provider."""
    with Redis.from_url(django_settings.REDIS_URL) as client:
        client.delete(lane._key("rest"))


def assert_all_is_there(account: Account) -> None:
    with account_context(account):
        mails = IncomingMail.objects.order_by("received_at")
        assert mails.count() == 2 * THREADS
        assert Message.objects.count() == 2 * THREADS
        assert Conversation.objects.count() == THREADS
        by_time = list(Message.objects.order_by("created_at").values_list("conversation__display_id", flat=True))
        numbers = list(dict.fromkeys(by_time))
        assert numbers == sorted(numbers)


@pytest.fixture
def both(acme: Account, nordhem: Account) -> Iterator[None]:
    """Both accounts have all their mail when the test is over."""
    yield
    assert_all_is_there(acme)
    assert_all_is_there(nordhem)
    assert set(ProviderEvent.objects.values_list("state", flat=True)) == {ProviderEventState.DONE}


@pytest.mark.usefixtures("both")
def test_webhooks_that_never_came_lose_nothing(resend: FakeResend) -> None:
    resend.webhooks.is_mute = True
    thirty_hours_of_mail(resend)

    with platform_context():
        reconcile_received_mail()
    for _round in range(10):
        work()


@pytest.mark.usefixtures("both")
def test_webhooks_that_come_late_and_in_any_order_lose_nothing(resend: FakeResend, told: Told) -> None:
    thirty_hours_of_mail(resend)
    events = resend.webhooks.take()

    told(sorted(events, key=lambda event: event.id))
    told(events[::3])
    for _round in range(10):
        work()


@pytest.mark.usefixtures("both")
def test_a_provider_that_is_away_for_thirty_hours_loses_nothing(resend: FakeResend, told: Told) -> None:
    thirty_hours_of_mail(resend)
    told(reversed(resend.webhooks.take()))
    resend.is_down = True
    for _hour in range(HOURS):
        after_the_rest()
        work_later(3600)
    assert not IncomingMail.objects.exists()
    assert set(ProviderEvent.objects.values_list("state", flat=True)) == {ProviderEventState.WAITING}

    resend.is_down = False
    after_the_rest()
    for _round in range(10):
        work()
