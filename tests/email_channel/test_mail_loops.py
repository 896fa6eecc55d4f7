"""A day with programs that answer every mail: no loop goes on (RELIABILITY.md M5)."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
from django.db.models import F
from pytest_django import Settings

from conversations.models import Message
from email_channel.enums import AutoReplyWhen, SendState
from email_channel.models import EmailMessage, EmailTemplate, IncomingMail, Mailbox, OutgoingDelivery
from tests.email_channel.conftest import Receive
from tests.email_channel.mails import raw_mail
from tests.fixtures.work import RunTasks

STEP = timedelta(minutes=30)
STEPS = 24 * 2
_numbers = count(1)

Mails = list[bytes]
Answer = Callable[["Responder", EmailMessage], Mails]


@dataclass
class Responder:
    """A program at an address; `answer` makes its mails of one of ours, `chatter` those that it sends by itself."""

    name: str
    answer: Answer
    chatter: Callable[["Responder", int], Mails] = lambda _one, _step: []
    seen: set[str] = field(default_factory=set)

    @property
    def address(self) -> str:
        return f"{self.name}@customers.example"

    def mail(self, subject: str, *headers: tuple[str, str], sender: str = "") -> bytes:
        """Return a mail of its own, proven to be its own."""
        proof = ("Authentication-Results", "mx.acme.example; dmarc=pass header.from=customers.example")
        return raw_mail(
            sender=sender or self.address,
            subject=subject,
            text=f"Words number {next(_numbers)}.",
            headers=(proof, *headers),
        )


def _threads(mail: EmailMessage) -> tuple[tuple[str, str], ...]:
    return (("In-Reply-To", mail.message_id), ("References", mail.message_id))


def _on_vacation(one: Responder, mail: EmailMessage) -> Mails:
    """As RFC 3834 wants it."""
    return [one.mail(f"Automatic reply: {mail.subject}", ("Auto-Submitted", "auto-replied"), *_threads(mail))]


def _bare(one: Responder, mail: EmailMessage) -> Mails:
    """Answers everything in its thread, and says nowhere that it is a machine."""
    return [one.mail(f"Re: {mail.subject}", *_threads(mail))]


def _forgetful(one: Responder, _mail: EmailMessage) -> Mails:
    """The same without a thread and under another subject each time: each of its mails opens a conversation."""
    return [one.mail(f"Thank you for your mail {next(_numbers)}")]


def _bouncing(one: Responder, mail: EmailMessage) -> Mails:
    """A mail server of the old sort: no delivery report, only words."""
    sender = "Mail Delivery System <MAILER-DAEMON@customers.example>"
    return [one.mail(f"Undelivered Mail Returned to Sender: {mail.subject}", sender=sender)]


def _other_desk(one: Responder, mail: EmailMessage) -> Mails:
    """Another help desk: a ticket of its own for each mail, and a word that it has it, which keeps our subject and so
    our number. Suppresses answers, which is no sign of a machine by itself (sisimai #491).
    """
    subject = f"[Ticket {next(_numbers)}] We have received: {mail.subject}"
    return [one.mail(subject, ("X-Auto-Response-Suppress", "All"))]


def _silent(_one: Responder, _mail: EmailMessage) -> Mails:
    return []


def _alarm(one: Responder, _step: int) -> Mails:
    """A monitor that reports every half hour."""
    return [one.mail(f"Disk {next(_numbers)} is full")]


def _first(one: Responder, step: int) -> Mails:
    return [one.mail("Where is my parcel?")] if step == 0 else []


RESPONDERS = {
    "vacation": (_on_vacation, _first),
    "bare": (_bare, _first),
    "forgetful": (_forgetful, _first),
    "bouncing": (_bouncing, _first),
    "desk": (_other_desk, _first),
    "monitor": (_silent, _alarm),
}


@pytest.fixture(autouse=True)
def answering(settings: Settings, mailbox: Mailbox) -> None:
    settings.MAIL_AUTHENTICATION_SERVERS = frozenset({"mx.acme.example"})
    template = EmailTemplate.objects.get(name="Message received", language="en")
    Mailbox.objects.update(auto_reply=AutoReplyWhen.ALWAYS, auto_reply_template=template)


@pytest.mark.usefixtures("outbox")
def test_a_day_with_six_responders_ends_in_three_mails_to_each_at_most(receive: Receive, run_tasks: RunTasks) -> None:
    responders = [Responder(name, *behaviour) for name, behaviour in RESPONDERS.items()]

    for step in range(STEPS):
        for mail in _mails_of(responders, step):
            receive(mail)
        run_tasks()
        _let_pass(STEP)

    sent = Counter(OutgoingDelivery.objects.values_list("recipient", flat=True))
    assert {one.address: sent[one.address] for one in responders} == {
        "vacation@customers.example": 1,
        "bare@customers.example": 1,
        "forgetful@customers.example": 3,
        "bouncing@customers.example": 1,
        "desk@customers.example": 1,
        "monitor@customers.example": 3,
    }
    assert set(sent) == {one.address for one in responders}
    assert set(OutgoingDelivery.objects.values_list("state", flat=True)) <= {SendState.SENT, SendState.BOUNCED}
    assert IncomingMail.objects.count() == STEPS + 5 + 1 + 1 + 3 + 1 + 1
    assert not IncomingMail.objects.exclude(state="done").exists()


def _mails_of(responders: Sequence[Responder], step: int) -> Mails:
    """Return what they send now: their own mails, and one for each mail of ours that has come since."""
    mails: Mails = []
    for one in responders:
        mails += one.chatter(one, step)
        for delivery in OutgoingDelivery.objects.filter(recipient=one.address).select_related("email"):
            if delivery.email.message_id not in one.seen:
                one.seen.add(delivery.email.message_id)
                mails += one.answer(one, delivery.email)
    return mails


def _let_pass(time: timedelta) -> None:
    """All that is stored is so much older."""
    EmailMessage.objects.update(created_at=F("created_at") - time)
    Message.objects.update(created_at=F("created_at") - time)
    IncomingMail.objects.update(received_at=F("received_at") - time)
