"""A flood to one account: at the provider's real pace, and a small account's mail does not wait behind it."""

import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from email_channel.models import IncomingMail, Mailbox
from email_channel.provider.actions.store_provider_event import store_provider_event
from email_channel.provider.bucket import await_turn
from email_channel.provider.models import ProviderEvent
from email_channel.provider.tasks import fetch_received_mail
from hummdesk.tenancy.context import account_context, platform_context
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.factories import make_mailbox
from tests.servers.resend import FakeResend

FLOOD = 5_000
PER_S = 5
NORDHEM = "support@nordhem.example"

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def mailboxes(acme: Account, nordhem: Account) -> tuple[Mailbox, Mailbox]:
    """A mailbox of each account, for all threads to see."""
    own = make_mailbox(acme, SUPPORT)
    with account_context(nordhem):
        return own, make_mailbox(nordhem, NORDHEM)


@pytest.fixture
def flood(resend: FakeResend, settings: Settings, mailboxes: tuple[Mailbox, Mailbox], acme: Account) -> None:
    """5,000 mails to acme wait to be fetched, five in a second."""
    settings.RESEND_REQUESTS_PER_S = PER_S
    resend.limit_per_s = PER_S
    raw, start = raw_mail(), timezone.now() - timedelta(hours=1)
    mails = [resend.inbox.add(raw, [SUPPORT], at=start.timestamp() + number / 10) for number in range(FLOOD)]
    with platform_context():
        ProviderEvent.objects.bulk_create(
            ProviderEvent(
                event_id=mail.id,
                type="email.received",
                object_id=mail.id,
                payload={"data": {"email_id": mail.id, "to": [SUPPORT]}},
                account=acme,
                occurred_at=start + timedelta(seconds=number / 10),
            )
            for number, mail in enumerate(mails)
        )


@pytest.fixture
def workers(flood: None) -> Iterator[None]:
    """Two threads that fetch as a worker's do, until the test is over."""
    is_over = Event()

    def fetch() -> None:
        try:
            while not is_over.is_set():
                with platform_context():
                    fetch_received_mail()
        finally:
            connection.close()

    threads = [Thread(target=fetch) for _ in range(2)]
    for thread in threads:
        thread.start()
    yield
    is_over.set()
    for thread in threads:
        thread.join(30)


def receive_for_nordhem(resend: FakeResend) -> None:
    mail = resend.inbox.add(raw_mail(to=NORDHEM), [NORDHEM], at=resend.now())
    payload = {"type": "email.received", "data": {"email_id": mail.id, "to": [NORDHEM]}}
    assert store_provider_event(event_id=mail.id, payload=payload)


def seconds_until_nordhem_has_mail(nordhem: Account) -> float:
    start = time.monotonic()
    with account_context(nordhem):
        while not IncomingMail.objects.exclude(outcome="").exists():
            assert time.monotonic() - start < 60, "the small account waits more than a minute"
            time.sleep(0.05)
    return time.monotonic() - start


def test_a_small_account_does_not_wait_behind_a_flood(
    resend: FakeResend, workers: None, nordhem: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("email_channel.provider.tasks.WORK_S", 2.0)
    time.sleep(3)
    receive_for_nordhem(resend)

    waited_s = seconds_until_nordhem_has_mail(nordhem)
    out_s = time.monotonic()
    assert await_turn("account_nordhem", most_s=60) == 0
    out_s = time.monotonic() - out_s
    time.sleep(3)

    assert waited_s < 10
    assert out_s < 5
    assert not [asked for asked in resend.asked if asked.status == 429]
    served = [asked.at for asked in resend.asked]
    assert all(later - earlier > 0.99 for earlier, later in zip(served, served[PER_S:], strict=False))
