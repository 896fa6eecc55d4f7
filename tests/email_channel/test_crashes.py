"""Processes that die in the middle, and several at once over the same mail: nothing lost, nothing doubled."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account
from conversations.actions.write_message import send_reply
from conversations.models import Attachment, Contact, Conversation, Message
from email_channel.actions.store_mail import store_mail
from email_channel.actions.take_in_mail import take_in_mail
from email_channel.enums import IntakeState, MailSource, Outcome, SendState
from email_channel.models import IncomingMail, Mailbox, OutgoingDelivery
from email_channel.queries import CLAIM_LASTS
from email_channel.tasks import sweep_mail
from hummdesk.events.models import LoggedEvent
from hummdesk.events.tasks import sweep_events
from hummdesk.tenancy.context import account_context, platform_context
from teams.access import Viewer
from tests.email_channel.conftest import StartWork
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.factories import make_contact, make_conversation, make_mailbox
from tests.fixtures.scripts import SCRIPT_TIMEOUT_S, kill, wait_until
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend, Fault

TAKE_IN = "from email_channel.actions.take_in_mail import take_in_mail as work"
DELIVER = "from email_channel.actions.deliver_mail import deliver as work"
STORE = """
from email_channel.actions.store_mail import store_mail
from email_channel.enums import MailSource
def work(id): store_mail(mailbox_id=id, raw=b"From: ada@customers.example\\r\\n\\r\\nHello", source=MailSource.SMTP)
"""

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def mailbox(acme: Account) -> Mailbox:
    """Acme's support@acme.example, for all processes to see."""
    return make_mailbox(acme, SUPPORT)


def at_once(count: int, work: Callable[[int], object]) -> None:
    """Run the work in threads with connections of their own, started by one barrier."""
    start = Barrier(count)

    def run(number: int) -> None:
        try:
            start.wait(10)
            work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        for done in [pool.submit(run, number) for number in range(count)]:
            done.result(60)


def test_eight_deliveries_of_one_mail_at_once_are_one_message(mailbox: Mailbox, acme: Account) -> None:
    raw = raw_mail()
    outcomes = []

    def deliver_mail(_number: int) -> None:
        with account_context(acme):
            stored = store_mail(mailbox_id=mailbox.id, raw=raw, source=MailSource.SMTP, defer=False)
            taken_in = take_in_mail(stored.id)
            assert taken_in is not None
            outcomes.append(taken_in.outcome)

    at_once(8, deliver_mail)

    assert sorted(outcomes) == [Outcome.CREATED] + [Outcome.DUPLICATE] * 7
    assert (Message.objects.count(), Conversation.objects.count(), Contact.objects.count()) == (1, 1, 1)
    assert IncomingMail.objects.filter(state=IntakeState.DONE).count() == 8


def test_eight_workers_at_once_over_one_stored_mail_take_it_in_once(mailbox: Mailbox, acme: Account) -> None:
    stored = store_mail(mailbox_id=mailbox.id, raw=raw_mail(), source=MailSource.SMTP)

    def work(_number: int) -> None:
        with account_context(acme):
            take_in_mail(stored.id)

    at_once(8, work)

    assert Message.objects.count() == 1
    assert IncomingMail.objects.get().outcome == Outcome.CREATED
    assert LoggedEvent.objects.filter(type="MailTakenIn").count() == 1


def test_eight_mails_of_a_new_customer_at_once_have_one_contact(mailbox: Mailbox, acme: Account) -> None:
    stored = [store_mail(mailbox_id=mailbox.id, raw=raw_mail(), source=MailSource.SMTP) for _ in range(8)]

    def work(number: int) -> None:
        with account_context(acme):
            take_in_mail(stored[number].id)

    at_once(8, work)

    assert (Contact.objects.count(), Message.objects.count()) == (1, 8)


def test_eight_answers_at_once_are_all_in_the_conversation(mailbox: Mailbox, acme: Account) -> None:
    first = store_mail(mailbox_id=mailbox.id, raw=raw_mail(message_id="<1@c.example>"), source=MailSource.SMTP)
    take_in_mail(first.id)
    answer = (("In-Reply-To", "<1@c.example>"),)
    stored = [
        store_mail(mailbox_id=mailbox.id, raw=raw_mail(headers=answer), source=MailSource.SMTP) for _ in range(8)
    ]

    def work(number: int) -> None:
        with account_context(acme):
            take_in_mail(stored[number].id)

    at_once(8, work)

    conversation = Conversation.objects.get()
    assert conversation.message_count == Message.objects.filter(conversation=conversation).count() == 9


def test_a_worker_killed_between_claim_and_store_loses_nothing(
    mailbox: Mailbox, start: StartWork, run_tasks: RunTasks
) -> None:
    stored = store_mail(mailbox_id=mailbox.id, raw=raw_mail(subject="Survivor"), source=MailSource.SMTP)
    raw_file = Path(IncomingMail.objects.get(id=stored.id).raw.path)
    whole = raw_file.read_bytes()
    raw_file.unlink()
    os.mkfifo(raw_file)  # whoever reads the mail now waits, its claim in hand
    process = start(TAKE_IN, stored.id)
    wait_until(lambda: IncomingMail.objects.filter(claimed_at__isnull=False).exists(), process)

    kill(process)
    raw_file.unlink()
    raw_file.write_bytes(whole)
    long_ago = timezone.now() - CLAIM_LASTS - timedelta(minutes=1)
    IncomingMail.objects.update(claimed_at=long_ago, received_at=long_ago)
    with platform_context():
        found = sweep_mail()
    run_tasks()

    mail = IncomingMail.objects.get()
    assert found == 1
    assert (mail.state, mail.outcome, mail.attempt_count) == (IntakeState.DONE, Outcome.CREATED, 2)
    assert Conversation.objects.get().subject == "Survivor"
    assert Message.objects.count() == 1


def test_a_sender_killed_after_the_provider_took_the_mail_sends_no_second_one(
    mailbox: Mailbox, viewer: Viewer, resend: FakeResend, start: StartWork, run_tasks: RunTasks
) -> None:
    conversation = make_conversation(contact=make_contact("ada@customers.example"), mailbox_id=mailbox.id)
    send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Did you plug it in?")
    delivery = OutgoingDelivery.objects.get()
    resend.fail(Fault.ACCEPTED_THEN_HELD)
    process = start(DELIVER, delivery.id)
    wait_until(resend.accepted.is_set, process)

    kill(process)
    assert OutgoingDelivery.objects.get().state == SendState.SENDING
    OutgoingDelivery.objects.update(claimed_at=timezone.now() - CLAIM_LASTS - timedelta(minutes=1))
    with platform_context():
        sweep_mail()
    run_tasks()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempt_count) == (SendState.SENT, 2)
    assert [sent.key for sent in resend.ledger] == [str(delivery.id)]
    assert resend.request_count == 2


def test_mail_stored_while_redis_is_down_is_taken_in_by_the_sweep(
    mailbox: Mailbox, start: StartWork, run_tasks: RunTasks
) -> None:
    process = start(STORE, mailbox.id, redis_url="redis://127.0.0.1:9/0")
    assert process.wait(SCRIPT_TIMEOUT_S) == 0
    assert LoggedEvent.objects.get(type="MailStored").dispatched_at is None
    moment_ago = timezone.now() - timedelta(seconds=10)
    IncomingMail.objects.update(received_at=moment_ago)
    LoggedEvent.objects.update(at=moment_ago)

    with platform_context():
        accounts_with_mail, accounts_with_events = sweep_mail(), sweep_events()
    ran = run_tasks()

    assert (accounts_with_mail, accounts_with_events) == (1, 1)
    assert "email_channel.tasks.sweep_account_mail" in ran
    assert Message.objects.get().body_text == "Hello"
    assert LoggedEvent.objects.get(type="MailStored").dispatched_at is not None


def test_a_fault_in_the_middle_of_storing_leaves_no_rows(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = store_mail(mailbox_id=mailbox.id, raw=raw_mail(), source=MailSource.SMTP)

    def disk_full(*_args: object, **_fields: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("email_channel.actions.take_in_mail._finish", disk_full)

    with pytest.raises(OSError, match="no space"):
        take_in_mail(stored.id)

    assert not Message.objects.exists()
    assert not Conversation.objects.exists()
    assert not Attachment.objects.exists()
    assert IncomingMail.objects.get().state == IntakeState.RECEIVED
