from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from structlog.testing import capture_logs

from accounts.enums import AccountStatus
from accounts.models import Account
from conversations.actions.write_message import send_reply
from conversations.models import Message
from email_channel.actions.store_mail import store_mail
from email_channel.enums import IntakeState, MailSource, SendState
from email_channel.models import IncomingMail, Mailbox, OutgoingDelivery
from email_channel.queries import CLAIM_LASTS
from email_channel.tasks import sweep_account_mail, sweep_mail, take_in_mail
from hummdesk.errors import AccountRequired
from hummdesk.tenancy.context import account_context, platform_context
from teams.access import Viewer
from tests.email_channel.mails import raw_mail
from tests.factories import make_contact, make_conversation
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend


@pytest.fixture
def waiting(mailbox: Mailbox) -> IncomingMail:
    """A mail that was stored ten seconds ago and that no worker has seen."""
    stored = store_mail(mailbox_id=mailbox.id, raw=raw_mail(), source=MailSource.SMTP, defer=False)
    IncomingMail.objects.update(received_at=timezone.now() - timedelta(seconds=10))
    return IncomingMail.objects.get(id=stored.id)


@pytest.fixture
def queued(mailbox: Mailbox, viewer: Viewer) -> OutgoingDelivery:
    """A reply that waits."""
    conversation = make_conversation(contact=make_contact("ada@customers.example"), mailbox_id=mailbox.id)
    send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hello")
    return OutgoingDelivery.objects.get()


def accounts_swept() -> int:
    with platform_context():
        return int(sweep_mail())


def test_a_stored_mail_is_taken_in_by_its_task(mailbox: Mailbox, run_tasks: RunTasks) -> None:
    store_mail(mailbox_id=mailbox.id, raw=raw_mail(), source=MailSource.SMTP)

    assert "email_channel.tasks.take_in_mail" in run_tasks()

    assert Message.objects.count() == 1


def test_the_sweep_asks_only_accounts_that_have_work(waiting: IncomingMail, run_tasks: RunTasks) -> None:
    assert accounts_swept() == 1

    assert run_tasks().count("email_channel.tasks.sweep_account_mail") == 1
    assert IncomingMail.objects.get().state == IntakeState.DONE
    assert accounts_swept() == 0


def test_each_account_with_work_is_asked(
    waiting: IncomingMail, nordhem: Account, nordhem_mailbox: Mailbox, run_tasks: RunTasks
) -> None:
    with account_context(nordhem):
        store_mail(mailbox_id=nordhem_mailbox.id, raw=raw_mail(), source=MailSource.SMTP, defer=False)
        IncomingMail.objects.update(received_at=timezone.now() - timedelta(seconds=10))

    assert accounts_swept() == 2
    run_tasks()

    assert Message.objects.count() == 1
    with account_context(nordhem):
        assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "is_swept"),
    [
        ({"received_at": timezone.now() + timedelta(hours=5)}, False),
        ({"claimed_at": timezone.now() + timedelta(hours=5)}, False),
        ({"claimed_at": timezone.now() - CLAIM_LASTS - timedelta(hours=5)}, True),
        ({"claimed_at": timezone.now() - timedelta(minutes=2)}, True),
        ({"state": IntakeState.DONE, "outcome": "created"}, False),
        ({}, True),
    ],
)
def test_the_sweep_leaves_alone_what_is_young_claimed_or_done(
    waiting: IncomingMail, change: dict[str, object], is_swept: bool
) -> None:
    IncomingMail.objects.update(**change)

    assert accounts_swept() == int(is_swept)


@pytest.mark.parametrize(
    ("change", "is_swept"),
    [
        ({"state": SendState.QUEUED}, True),
        ({"due_at": timezone.now() + timedelta(hours=5)}, False),
        ({"state": SendState.SENDING, "claimed_at": timezone.now() + timedelta(hours=5)}, False),
        ({"state": SendState.SENDING, "claimed_at": timezone.now() - CLAIM_LASTS - timedelta(hours=5)}, True),
        ({"state": SendState.SENT}, False),
        ({"state": SendState.FAILED}, False),
    ],
)
def test_the_sweep_finds_mail_whose_time_has_come(
    queued: OutgoingDelivery, change: dict[str, object], is_swept: bool
) -> None:
    OutgoingDelivery.objects.update(**({"due_at": timezone.now() - timedelta(hours=5)} | change))

    assert accounts_swept() == int(is_swept)


def test_an_overdue_reply_is_sent_by_the_sweep(
    queued: OutgoingDelivery, resend: FakeResend, run_tasks: RunTasks
) -> None:
    accounts_swept()

    run_tasks()

    assert len(resend.ledger) == 1


def test_a_suspended_account_is_not_swept(waiting: IncomingMail, acme: Account) -> None:
    acme.status = AccountStatus.SUSPENDED
    acme.save()

    assert accounts_swept() == 0


def test_mail_that_waits_is_taken_in_oldest_first(
    mailbox: Mailbox, waiting: IncomingMail, published: Callable[[], list[str]]
) -> None:
    older = store_mail(mailbox_id=mailbox.id, raw=raw_mail(subject="Older"), source=MailSource.SMTP, defer=False)
    IncomingMail.objects.filter(id=older.id).update(received_at=timezone.now() - timedelta(hours=1))

    sweep_account_mail()

    assert [message.conversation.subject for message in Message.objects.order_by("id")] == [
        "Older",
        "The drill is broken",
    ]


def test_one_mail_that_fails_does_not_hold_up_the_next(mailbox: Mailbox, waiting: IncomingMail) -> None:
    blocked = store_mail(mailbox_id=mailbox.id, raw=raw_mail(subject="Blocked"), source=MailSource.SMTP, defer=False)
    IncomingMail.objects.filter(id=blocked.id).update(received_at=timezone.now() - timedelta(hours=1))
    path = Path(IncomingMail.objects.get(id=blocked.id).raw.path)
    path.unlink()
    path.mkdir()  # reading it is an error of the disk

    with capture_logs() as logs:
        sweep_account_mail()

    assert Message.objects.get().conversation.subject == "The drill is broken"
    assert [line["error"] for line in logs if line["event"] == "mail_sweep_failed"] == ["IsADirectoryError"]
    path.rmdir()
    path.write_bytes(raw_mail(subject="Blocked"))
    IncomingMail.objects.update(claimed_at=None)
    sweep_account_mail()
    assert Message.objects.count() == 2


def test_mail_tasks_refuse_to_run_without_an_account(waiting: IncomingMail) -> None:
    with platform_context():
        with pytest.raises(AccountRequired):
            sweep_account_mail()
        with pytest.raises(AccountRequired):
            take_in_mail(str(waiting.id))
