"""Automatic replies: to whom, when, in what words, and how often at most."""

import email
import email.policy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from conversations.enums import DeliveryState, MessageKind, Status
from conversations.models import Contact, Conversation, Message
from email_channel.actions.answer_automatically import answer_automatically
from email_channel.actions.apply_delivery_event import heed_word
from email_channel.actions.suppress_address import suppress_address
from email_channel.actions.take_in_mail import TakenIn
from email_channel.delivery_states import DeliveryWord
from email_channel.enums import AutoReplyWhen, BounceKind, Direction, SendState, SuppressionReason
from email_channel.models import EmailMessage, EmailTemplate, Mailbox, OutgoingDelivery
from hummdesk.events.models import LoggedEvent
from teams.models import BusinessHours
from tests.email_channel.conftest import Receive, conversation_of, email_of, message_of
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.factories import make_agent, make_conversation, make_message
from tests.fixtures.work import RunTasks

PROVEN = ("Authentication-Results", "mx.acme.example; dmarc=pass header.from=customers.example")
FAILED = ("Authentication-Results", "mx.acme.example; dmarc=fail header.from=customers.example")
ADA = "ada@customers.example"


@pytest.fixture(autouse=True)
def answering(settings: Settings, mailbox: Mailbox) -> Mailbox:
    """The mailbox answers always, with the template that each account has."""
    settings.MAIL_AUTHENTICATION_SERVERS = frozenset({"mx.acme.example"})
    mailbox.auto_reply = AutoReplyWhen.ALWAYS
    mailbox.auto_reply_template = EmailTemplate.objects.get(name="Message received", language="en")
    mailbox.save(update_fields=["auto_reply", "auto_reply_template"])
    return mailbox


def proven_mail(*headers: tuple[str, str], **fields: Any) -> bytes:
    return raw_mail(headers=(PROVEN, *headers), **fields)


def answers() -> list[EmailMessage]:
    return list(EmailMessage.objects.filter(direction=Direction.OUTGOING, is_automatic=True).order_by("created_at"))


def answer_to(taken_in: TakenIn) -> EmailMessage | None:
    return answer_automatically(email_id=email_of(taken_in).id)


def write_to(address: str) -> None:
    """An agent has written to the address by hand, in another conversation."""
    conversation = make_conversation()
    reply = make_message(conversation, kind=MessageKind.REPLY, agent=make_agent())
    mail = EmailMessage.objects.create(
        direction=Direction.OUTGOING,
        mailbox=Mailbox.objects.get(),
        conversation=conversation,
        conversation_message=reply,
        dedupe_key=str(reply.id),
    )
    OutgoingDelivery.objects.create(email=mail, recipient=address, state=SendState.SENT)


def test_sender_of_a_new_conversation_is_answered(receive: Receive, run_tasks: RunTasks, outbox: Path) -> None:
    taken_in = receive(proven_mail(message_id="<1@customers.example>"))

    run_tasks()

    conversation = conversation_of(taken_in)
    [path] = outbox.rglob("*.eml")
    sent = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert (sent["To"], sent["From"]) == (f"Ada Byron <{ADA}>", f"Acme Support <{SUPPORT}>")
    assert sent["Subject"] == f"We have your message [#{conversation.display_id}]"
    assert (sent["In-Reply-To"], sent["X-Auto-Response-Suppress"]) == ("<1@customers.example>", "All")
    assert sent["Auto-Submitted"].startswith("auto-")
    assert "Hello Ada Byron," in sent.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert OutgoingDelivery.objects.get().state == SendState.SENT


def test_answer_is_a_system_line_that_moves_no_clock(receive: Receive, run_tasks: RunTasks) -> None:
    taken_in = receive(proven_mail())
    before = conversation_of(taken_in)

    run_tasks()

    conversation = conversation_of(taken_in)
    message = Message.objects.get(kind=MessageKind.SYSTEM)
    assert (message.conversation_id, message.is_automatic, message.delivery_state) == (conversation.id, True, "")
    assert message.body_text.startswith("Hello Ada Byron,\n\nthank you for writing.")
    assert (conversation.waiting_since, conversation.status) == (before.waiting_since, Status.OPEN)
    assert (conversation.first_replied_at, conversation.message_count) == (None, 1)
    assert conversation.preview == before.preview
    assert "AutoReplySent" in LoggedEvent.objects.values_list("type", flat=True)


def test_customers_answer_to_it_joins_the_conversation(receive: Receive, run_tasks: RunTasks) -> None:
    first = receive(proven_mail())
    run_tasks()
    [answer] = answers()

    second = receive(proven_mail(("In-Reply-To", answer.message_id), subject="Thanks"))
    run_tasks()

    assert second.conversation_id == first.conversation_id
    assert len(answers()) == 1


def test_answer_is_in_the_customers_language(receive: Receive) -> None:
    text = "Hei, porakone ei toimi enää ja haluaisin rahani takaisin mahdollisimman pian."

    answer = answer_to(receive(proven_mail(subject="Porakone on rikki", text=text)))

    assert answer is not None
    assert answer.subject.startswith("Viestisi on saapunut")


@pytest.mark.parametrize(
    ("headers", "sender", "why"),
    [
        ((PROVEN, ("Auto-Submitted", "auto-replied")), ADA, "auto-reply"),
        ((PROVEN, ("Precedence", "bulk")), ADA, "bulk"),
        ((PROVEN, ("List-Id", "<news.customers.example>")), ADA, "list"),
        ((PROVEN, ("X-Autoreply", "yes")), ADA, "auto-reply"),
        ((PROVEN, ("Return-Path", "<>")), ADA, "null sender"),
        ((PROVEN,), "noreply@customers.example", "nobody reads it"),
        ((PROVEN,), "MAILER-DAEMON@customers.example", "daemon"),
        ((PROVEN,), SUPPORT, "own address"),
        ((PROVEN,), "support+orders@acme.example", "own address with a tag"),
        ((), ADA, "nothing proves the sender"),
        ((FAILED,), ADA, "spoofed"),
        ((("Authentication-Results", "mx.evil.example; dmarc=pass"),), ADA, "somebody else's word"),
        ((PROVEN,), None, "no sender"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_these_get_no_answer(
    receive: Receive, run_tasks: RunTasks, headers: tuple[tuple[str, str], ...], sender: str | None, why: str
) -> None:
    receive(raw_mail(sender=sender, headers=headers))

    run_tasks()

    assert answers() == [], why


def test_person_whom_somebody_has_written_to_is_answered_without_proof(receive: Receive) -> None:
    write_to(ADA)
    EmailTemplate.objects.filter(language="en").update(
        body_html="<p>{{customer_name}}</p><p>{{conversation_subject | default: 'Hello'}}</p>", body_text=""
    )

    answer = answer_to(receive(raw_mail(sender=f"Buy https://evil.example now <{ADA}>", subject="Spam")))

    assert answer is not None
    assert answer.conversation_message.body_text == f"{ADA}\n\nHello"
    assert answer.to == [{"name": "", "address": ADA}]


def test_spoofed_mail_of_a_known_person_is_not_answered(receive: Receive) -> None:
    write_to(ADA)

    assert answer_to(receive(raw_mail(headers=(FAILED,)))) is None


def test_blocked_suppressed_and_late_senders_get_no_answer(receive: Receive) -> None:
    blocked, suppressed, late = (receive(proven_mail(subject=f"Mail {number}")) for number in range(3))
    Contact.objects.update(is_blocked=True)
    assert answer_to(blocked) is None
    Contact.objects.update(is_blocked=False)

    Message.objects.filter(id=message_of(late).id).update(created_at=timezone.now() - timedelta(hours=7))
    assert answer_to(late) is None

    suppress_address(address=ADA, reason=SuppressionReason.HARD_BOUNCE)
    assert answer_to(suppressed) is None


@pytest.mark.parametrize(
    ("at", "is_answered"),
    [
        (datetime(2026, 11, 23, 8, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 16, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), True),
        (datetime(2026, 12, 24, 12, 0, tzinfo=UTC), True),
        # Summer time: 8:30 UTC is 9:30 in London.
        (datetime(2026, 7, 6, 8, 30, tzinfo=UTC), False),
    ],
)
def test_outside_hours_means_outside_the_periods_and_on_holidays(
    receive: Receive, answering: Mailbox, monkeypatch: pytest.MonkeyPatch, at: datetime, is_answered: bool
) -> None:
    hours = BusinessHours.objects.get(is_default=True)
    hours.holidays.create(day_on="2026-12-24", name="Christmas Eve")
    Mailbox.objects.update(auto_reply=AutoReplyWhen.OUTSIDE_HOURS)
    taken_in = receive(proven_mail())
    Message.objects.filter(id=message_of(taken_in).id).update(created_at=at)
    monkeypatch.setattr("email_channel.actions.answer_automatically.timezone.now", lambda: at + timedelta(minutes=1))

    assert (answer_to(taken_in) is not None) == is_answered


def test_mailbox_that_does_not_answer_asks_for_nothing(receive: Receive, acme: Account) -> None:
    Mailbox.objects.update(auto_reply=AutoReplyWhen.NEVER)

    receive(proven_mail())

    assert not LoggedEvent.objects.filter(type="AutoReplyAsked").exists()


def test_mail_is_answered_once_however_often_the_task_runs(receive: Receive) -> None:
    taken_in = receive(proven_mail())

    assert answer_to(taken_in) is not None
    assert answer_to(taken_in) is None
    assert len(answers()) == 1


def test_sender_gets_three_answers_a_day_and_one_without_proof(receive: Receive) -> None:
    write_to("eve@customers.example")

    for number in range(5):
        answer_to(receive(proven_mail(subject=f"Mail {number}")))
        answer_to(receive(raw_mail(sender="eve@customers.example", subject=f"Mail {number}")))

    to = [answer.to[0]["address"] for answer in answers()]
    assert (to.count(ADA), to.count("eve@customers.example")) == (3, 1)
    EmailMessage.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert answer_to(receive(proven_mail(subject="A day later"))) is not None


def test_conversation_sends_three_automatic_mails_an_hour(receive: Receive) -> None:
    taken_in = receive(proven_mail())
    conversation = conversation_of(taken_in)
    for number in range(3):
        EmailMessage.objects.create(
            direction=Direction.OUTGOING,
            mailbox=Mailbox.objects.get(),
            conversation=conversation,
            conversation_message=Message.objects.create(conversation=conversation, kind=MessageKind.SYSTEM),
            dedupe_key=str(number),
            is_automatic=True,
        )

    assert answer_to(taken_in) is None
    EmailMessage.objects.filter(is_automatic=True).update(created_at=timezone.now() - timedelta(minutes=61))
    assert answer_to(taken_in) is not None


@pytest.mark.parametrize("body", ["<p>{{agent_name}}</p>", "<p>{{</p>"])
def test_template_that_cannot_be_filled_in_sends_nothing(receive: Receive, body: str) -> None:
    EmailTemplate.objects.update(body_html=body)

    assert answer_to(receive(proven_mail())) is None
    assert not Message.objects.filter(kind=MessageKind.SYSTEM).exists()


def test_bounce_of_an_answer_is_known_and_the_line_stays(receive: Receive, run_tasks: RunTasks, outbox: Path) -> None:
    receive(proven_mail())
    run_tasks()
    delivery = OutgoingDelivery.objects.get()
    word = DeliveryWord(SendState.BOUNCED, timezone.now(), bounce_kind=BounceKind.HARD, error="No such user")

    heed_word(delivery_ids=[delivery.id], word=word)

    delivery.refresh_from_db()
    assert delivery.state == SendState.BOUNCED
    assert Message.objects.get(kind=MessageKind.SYSTEM).delivery_state == ""
    assert DeliveryState.BOUNCED not in Message.objects.values_list("delivery_state", flat=True)
    assert Conversation.objects.count() == 1
