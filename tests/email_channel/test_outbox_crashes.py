"""Mail goes out once, whatever dies or fails on the way: senders, the queue, the provider's answers."""

import random
import time
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.mail import send_mail
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from conversations.actions.write_message import send_reply
from email_channel.actions.apply_delivery_event import apply_delivery_event
from email_channel.enums import SendState
from email_channel.models import Mailbox, OutgoingDelivery
from email_channel.provider.models import SystemMail
from email_channel.provider.tasks import sweep_system_mail
from email_channel.queries import CLAIM_LASTS
from email_channel.tasks import sweep_mail
from hummdesk.tenancy.context import platform_context
from teams.access import Viewer
from tests.email_channel.conftest import StartWork
from tests.email_channel.mails import SUPPORT
from tests.email_channel.test_crashes import DELIVER
from tests.factories import make_contact, make_conversation, make_mailbox
from tests.fixtures.database import clear_redis
from tests.fixtures.scripts import kill, wait_until
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend, Fault

# A sender that works until it is killed, on whatever is due.
SENDER = """
import time
from django.utils import timezone
from email_channel.actions.deliver_mail import deliver
from email_channel.provider.tasks import sweep_system_mail
from email_channel.queries import deliveries_due
from hummdesk.tenancy.context import platform_context
settings.RESEND_REQUESTS_PER_S = 1000
def work(id):
    while True:
        for delivery_id in deliveries_due(timezone.now(), 5):
            deliver(delivery_id)
        with platform_context():
            sweep_system_mail()
        time.sleep(0.01)
"""
SEND_SYSTEM_MAIL = """
from email_channel.provider.actions.send_system_mail import deliver_system_mail
from hummdesk.tenancy.context import platform_context
def work(id):
    with platform_context():
        deliver_system_mail(id)
"""
AFTER_ACCEPTANCE = [Fault.ACCEPTED_THEN_500, Fault.ACCEPTED_THEN_DROPPED]
BEFORE_ACCEPTANCE = [Fault.ERROR_500, Fault.NOT_JSON_502, Fault.DROPPED]
LEFT = (SendState.SENT, SendState.DELIVERED)
STORM_S = 150
FROM = "HummDesk <no-reply@hummdesk.example>"

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture(autouse=True)
def _backend(settings: Settings) -> None:
    # The test runner puts mail into memory. Before `start`, which reads the name of the settings.
    settings.EMAIL_BACKEND = "email_channel.system_mail.SystemMailBackend"


@pytest.fixture
def mailbox(acme: Account) -> Mailbox:
    """Acme's support@acme.example, for all processes to see."""
    return make_mailbox(acme, SUPPORT)


def write(viewer: Viewer, mailbox: Mailbox, number: int, cc: tuple[str, ...] = ()) -> OutgoingDelivery:
    contact = make_contact(f"c{number}@customers.example")
    conversation = make_conversation(contact=contact, mailbox_id=mailbox.id)
    message = send_reply(viewer=viewer, conversation_id=conversation.id, body_text=f"Number {number}", cc=cc)
    return OutgoingDelivery.objects.filter(email__conversation_message=message).earliest("id")


def time_passes() -> None:
    """What waits is due, and what a dead process left behind is free."""
    now = timezone.now()
    old = now - CLAIM_LASTS - timedelta(seconds=1)
    for rows in (OutgoingDelivery.objects, SystemMail.objects):
        rows.filter(state=SendState.QUEUED).update(due_at=now)
        rows.filter(state=SendState.SENDING).update(claimed_at=old, due_at=old)


def test_senders_that_are_killed_again_and_again_send_each_mail_once(
    mailbox: Mailbox,
    viewer: Viewer,
    resend: FakeResend,
    start: StartWork,
) -> None:
    """24 replies, a third of them with copies, and 6 system mails, through 36 faults and a kill every few requests."""
    for number in range(24):
        write(viewer, mailbox, number, cc=("bob@partners.example",) if number % 3 == 0 else ())
    send_mail("Welcome", "Hello", FROM, [f"u{number}@people.example" for number in range(6)])
    chance = random.Random(5)
    faults = [chance.choice(AFTER_ACCEPTANCE + BEFORE_ACCEPTANCE) for _ in range(36)]
    for fault in faults:
        resend.fail(fault)
    resend.delay_s = 0.02
    senders = [start(SENDER, UUID(int=0)) for _ in range(2)]
    kills, last_count, deadline = 0, 0, time.monotonic() + STORM_S

    while _waits():
        assert time.monotonic() < deadline, "mail still waits"
        time.sleep(chance.uniform(0.01, 0.05))
        if resend.request_count >= last_count + chance.randint(4, 16):
            last_count = resend.request_count
            kill(senders.pop(0))
            senders.append(start(SENDER, UUID(int=0)))
            kills += 1
        time_passes()

    sent = Counter(mail.body["headers"]["Message-ID"] for mail in resend.ledger)
    assert (len(sent), set(sent.values())) == (30, {1})
    assert set(OutgoingDelivery.objects.values_list("state", flat=True)) == {SendState.SENT}
    assert set(SystemMail.objects.values_list("state", "text")) == {(SendState.SENT, "")}
    assert {mail.id for mail in resend.ledger} == _provider_ids()
    assert kills > 2


def _waits() -> bool:
    return any(rows.exclude(state__in=LEFT).exists() for rows in (OutgoingDelivery.objects, SystemMail.objects))


def _provider_ids() -> set[str]:
    ids = OutgoingDelivery.objects.values_list("provider_id", flat=True)
    return {*ids, *SystemMail.objects.values_list("provider_id", flat=True)}


def test_a_system_mail_whose_sender_is_killed_after_acceptance_is_sent_once(
    mailbox: Mailbox, resend: FakeResend, start: StartWork
) -> None:
    send_mail("Welcome", "Hello", FROM, ["ada@people.example"])
    mail = SystemMail.objects.get()
    resend.fail(Fault.ACCEPTED_THEN_HELD)
    process = start(SEND_SYSTEM_MAIL, mail.id)
    wait_until(resend.accepted.is_set, process)
    kill(process)
    time_passes()

    with platform_context():
        sweep_system_mail()

    mail.refresh_from_db()
    assert (mail.state, mail.attempt_count) == (SendState.SENT, 2)
    assert [sent.key for sent in resend.ledger] == [str(mail.id)]


def test_the_providers_event_tells_what_a_killed_sender_could_not(
    mailbox: Mailbox, viewer: Viewer, resend: FakeResend, start: StartWork
) -> None:
    """Two days later, so that a try would send it twice: the tag leads to the mail, and nobody has to be asked."""
    delivery = write(viewer, mailbox, 1, cc=("bob@partners.example",))
    resend.fail(Fault.ACCEPTED_THEN_HELD)
    process = start(DELIVER, delivery.id)
    wait_until(resend.accepted.is_set, process)
    kill(process)
    (sent,) = resend.ledger
    tags = {tag["name"]: tag["value"] for tag in sent.body["tags"]}

    apply_delivery_event(type="email.sent", payload={"data": {"email_id": sent.id, "tags": tags}})
    time_passes()
    with platform_context():
        assert sweep_mail() == 0

    assert set(OutgoingDelivery.objects.values_list("state", "provider_id")) == {(SendState.SENT, sent.id)}
    assert resend.request_count == 1


def test_mail_whose_task_and_hint_are_lost_is_sent_by_the_sweeps(
    mailbox: Mailbox, viewer: Viewer, resend: FakeResend, run_tasks: RunTasks
) -> None:
    write(viewer, mailbox, 1)
    send_mail("Welcome", "Hello", FROM, ["ada@people.example"])
    clear_redis()  # as a Redis does that is killed between the commit and the worker

    with platform_context():
        sweep_mail()
        sweep_system_mail()
    run_tasks()

    assert len(resend.ledger) == 2
    assert not _waits()


@pytest.mark.parametrize("fault", [*AFTER_ACCEPTANCE, *BEFORE_ACCEPTANCE])
def test_through_every_fault_the_customer_and_the_copy_get_one_mail(
    mailbox: Mailbox, viewer: Viewer, resend: FakeResend, run_tasks: RunTasks, fault: Fault
) -> None:
    write(viewer, mailbox, 1, cc=("bob@partners.example",))
    resend.fail(fault, times=3)
    run_tasks()

    for _ in range(3):
        time_passes()
        with platform_context():
            sweep_mail()
        run_tasks()

    assert [mail.body["cc"] for mail in resend.ledger] == [["bob@partners.example"]]
    assert set(OutgoingDelivery.objects.values_list("state", flat=True)) == {SendState.SENT}
