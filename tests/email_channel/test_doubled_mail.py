"""Every mail delivered one to five times, shuffled, by eight at once: each is there once, in the right thread."""

import os
import random
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Account
from conversations.models import Conversation, Message
from email_channel.actions.store_mail import store_mail
from email_channel.actions.take_in_mail import take_in_mail
from email_channel.enums import IntakeState, MailSource
from email_channel.models import EmailMessage, IncomingMail, Mailbox
from hummdesk.tenancy.context import account_context
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.factories import make_mailbox

# HUMMDESK_TEST_MAILS=1000 is the figure of the design; the share here keeps the suite short.
MAIL_COUNT = int(os.environ.get("HUMMDESK_TEST_MAILS", "100"))
PER_THREAD, WORKERS, COPIES_MOST = 5, 8, 5


def thread_mails(thread: int) -> list[bytes]:
    """Return the mails of two people who write to us in turn, each with the other in copy."""
    people = (f"ada{thread}@customers.example", f"bob{thread}@elsewhere.example")
    ids = [f"<{thread}.{number}@customers.example>" for number in range(PER_THREAD)]
    return [
        raw_mail(
            sender=people[number % 2],
            text=f"Mail {number} of thread {thread}",
            message_id=ids[number],
            headers=(
                ("Cc", people[1 - number % 2]),
                *((("In-Reply-To", ids[number - 1]), ("References", " ".join(ids[:number]))) if number else ()),
            ),
        )
        for number in range(PER_THREAD)
    ]


@pytest.mark.timeout(900)
def test_shuffled_copies_are_each_there_once_and_in_their_threads(committed: None, acme: Account) -> None:
    mailbox = make_mailbox(acme, SUPPORT)
    chance = random.Random(6)
    mails = [raw for thread in range(MAIL_COUNT // PER_THREAD) for raw in thread_mails(thread)]
    deliveries = [raw for raw in mails for _ in range(chance.randint(1, COPIES_MOST))]
    chance.shuffle(deliveries)

    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(_deliver, acme, mailbox, raw) for raw in deliveries]:
            done.result(120)
        for done in [pool.submit(_close) for _ in range(WORKERS * 4)]:
            done.result()

    by_thread = defaultdict(set)
    for mail in EmailMessage.objects.all():
        by_thread[mail.message_id.partition(".")[0]].add(mail.conversation_id)
    assert Message.objects.count() == EmailMessage.objects.count() == len(mails)
    assert IncomingMail.objects.filter(state=IntakeState.DONE).count() == len(deliveries)
    assert Counter(len(places) for places in by_thread.values()) == {1: MAIL_COUNT // PER_THREAD}
    assert Conversation.objects.count() == MAIL_COUNT // PER_THREAD


def _deliver(account: Account, mailbox: Mailbox, raw: bytes) -> None:
    with account_context(account):
        take_in_mail(store_mail(mailbox_id=mailbox.id, raw=raw, source=MailSource.SMTP, defer=False).id)


def _close() -> None:
    """The connection of this thread is closed, so that the database can be put back."""
    connection.close()
