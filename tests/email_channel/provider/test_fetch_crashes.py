"""Processes that fetch and are killed: no mail is lost, none comes twice."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from subprocess import Popen

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from conversations.models import Message
from email_channel.enums import IntakeState, Outcome, ProviderEventState
from email_channel.models import IncomingMail
from email_channel.provider.models import ProviderEvent
from email_channel.provider.queries import EVENT_CLAIM_LASTS
from email_channel.queries import CLAIM_LASTS
from email_channel.tasks import sweep_account_mail
from hummdesk.embedded.processes import kill_group
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.email_channel.provider.conftest import Told, work
from tests.factories import make_mailbox
from tests.fixtures.database import clear_redis
from tests.fixtures.live import start_process
from tests.servers.resend import FakeResend, Fault

MAILS = 40
KILLS = 4
START_TIMEOUT_S = 30

pytestmark = pytest.mark.usefixtures("committed")
Start = Callable[[], Popen[bytes]]


@pytest.fixture
def start(acme: Account, resend: FakeResend, settings: Settings) -> Iterator[Start]:
    """Make a function that starts a process which fetches without end; all are killed with the test."""
    make_mailbox(acme, SUPPORT)
    processes = []
    # Overridden settings have no name, and the process reads the module by it.
    settings.SETTINGS_MODULE = "tests.settings"
    script = f"""
import django; django.setup()
from django.conf import settings
settings.RESEND_API_KEY, settings.RESEND_API_URL = {settings.RESEND_API_KEY!r}, {settings.RESEND_API_URL!r}
settings.EGRESS_ALLOWED, settings.RESEND_REQUESTS_PER_S = {settings.EGRESS_ALLOWED!r}, 500
from email_channel.provider.tasks import fetch_received_mail
while True:
    fetch_received_mail()
"""

    def run() -> Popen[bytes]:
        process = start_process("fetching", [sys.executable, "-c", script], port=1)
        processes.append(process)
        return process

    yield run
    for process in processes:
        if process.poll() is None:
            kill_group(process.pid)
            process.wait()


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline, "the process did not get that far"
        time.sleep(0.01)


def kill(process: Popen[bytes]) -> None:
    kill_group(process.pid)
    process.wait()


def let_claims_end() -> None:
    """Let the time have passed after which what a process had claimed is free again, and its place too."""
    long_ago = timezone.now() - EVENT_CLAIM_LASTS - CLAIM_LASTS
    ProviderEvent.objects.exclude(claimed_at=None).update(claimed_at=long_ago)
    IncomingMail.objects.exclude(claimed_at=None).update(claimed_at=long_ago)
    clear_redis()


def finish() -> None:
    """Do what a worker does that lives on."""
    let_claims_end()
    while ProviderEvent.objects.filter(state=ProviderEventState.WAITING, due_at__lt=timezone.now()).exists():
        work()
    let_claims_end()
    sweep_account_mail()


def test_a_process_that_is_killed_while_it_asks_leaves_the_mail_to_the_next(
    resend: FakeResend, told: Told, start: Start
) -> None:
    resend.receive(raw_mail(), SUPPORT)
    told()
    resend.fail(Fault.ACCEPTED_THEN_HELD)
    process = start()
    wait_until(resend.accepted.is_set)

    kill(process)
    resend.release.set()
    finish()

    assert Message.objects.count() == 1
    assert ProviderEvent.objects.get().state == ProviderEventState.DONE


def test_processes_that_are_killed_anywhere_lose_and_double_nothing(
    resend: FakeResend, told: Told, start: Start
) -> None:
    rng = random.Random(5)
    begin = timezone.now() - timedelta(minutes=10)
    for number in range(MAILS):
        # Without Message-ID: nothing but our own care keeps them from coming twice, or from being taken for one.
        raw = raw_mail(text=f"Number {number}.", message_id=None, sender=f"c{number % 7}@customers.example")
        resend.receive(raw, SUPPORT, at=begin.timestamp() + number)
    told()

    for _kill in range(KILLS):
        before = IncomingMail.objects.count()
        processes = [start(), start()]
        wait_until(lambda before=before: IncomingMail.objects.count() > before)  # type: ignore[misc]
        time.sleep(rng.random() * 0.5)
        for process in processes:
            kill(process)
        let_claims_end()
    finish()

    mails = IncomingMail.objects.all()
    assert mails.count() == Message.objects.count() == MAILS
    assert not mails.exclude(state=IntakeState.DONE).exists()
    assert not mails.filter(outcome=Outcome.DUPLICATE).exists()
    assert sorted(Message.objects.values_list("body_text", flat=True)) == sorted(
        f"Number {number}." for number in range(MAILS)
    )
    assert set(ProviderEvent.objects.values_list("state", flat=True)) == {ProviderEventState.DONE}
