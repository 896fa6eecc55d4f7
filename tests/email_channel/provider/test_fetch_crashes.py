"""Processes that fetch and are killed: no mail is lost, none comes twice."""

import random
import time
from collections.abc import Callable
from datetime import timedelta
from subprocess import Popen

import pytest
from django.utils import timezone

from accounts.models import Account
from conversations.models import Message
from email_channel.enums import IntakeState, Outcome, ProviderEventState
from email_channel.models import IncomingMail
from email_channel.provider.models import ProviderEvent
from email_channel.provider.queries import EVENT_CLAIM_LASTS
from email_channel.queries import CLAIM_LASTS
from email_channel.tasks import sweep_account_mail
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.email_channel.provider.conftest import Told, work
from tests.factories import make_mailbox
from tests.fixtures.database import clear_redis
from tests.fixtures.scripts import RunScript, kill, wait_until
from tests.servers.resend import FakeResend, Fault

MAILS = 40
KILLS = 4
FETCH = """
from email_channel.provider.tasks import fetch_received_mail
settings.RESEND_REQUESTS_PER_S = 500
while True:
    fetch_received_mail()
"""

pytestmark = pytest.mark.usefixtures("committed")
StartFetching = Callable[[], Popen[bytes]]


@pytest.fixture
def start(acme: Account, resend: FakeResend, run_script: RunScript) -> StartFetching:
    """Make a function that starts a process which fetches without end."""
    make_mailbox(acme, SUPPORT)
    return lambda: run_script(FETCH)


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
    resend: FakeResend, told: Told, start: StartFetching
) -> None:
    resend.receive(raw_mail(), SUPPORT)
    told()
    resend.fail(Fault.ACCEPTED_THEN_HELD)
    process = start()
    wait_until(resend.accepted.is_set, process)

    kill(process)
    resend.release.set()
    finish()

    assert Message.objects.count() == 1
    assert ProviderEvent.objects.get().state == ProviderEventState.DONE


def test_processes_that_are_killed_anywhere_lose_and_double_nothing(
    resend: FakeResend, told: Told, start: StartFetching
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
        wait_until(lambda before=before: IncomingMail.objects.count() > before, processes[0])  # type: ignore[misc]
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
