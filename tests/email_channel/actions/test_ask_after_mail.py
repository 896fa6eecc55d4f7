"""Mail of which no webhook tells: it is asked for, patiently, and what is answered counts as told."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from conversations.actions.write_message import send_reply
from email_channel.actions.apply_delivery_event import apply_delivery_event
from email_channel.actions.deliver_mail import deliver
from email_channel.enums import SendState
from email_channel.models import Mailbox, OutgoingDelivery, SuppressedAddress
from email_channel.provider.bucket import pause_turns
from email_channel.queries.silent import silent_calls
from email_channel.tasks import ask_after_silent_mail, sweep_silent_mail
from hummdesk.tenancy.context import platform_context
from teams.access import Viewer
from tests.factories import make_contact, make_conversation
from tests.fixtures.work import RunTasks
from tests.servers.resend import AcceptedMail, FakeResend, Fault

HOUR = timedelta(hours=1)
BOUNCE = {"type": "Permanent", "message": "550 5.1.1 No such user"}


@pytest.fixture
def sent(mailbox: Mailbox, viewer: Viewer, resend: FakeResend) -> AcceptedMail:
    """A reply to Ada that left a good hour ago, and whose webhooks were lost."""
    return send_one(mailbox, viewer, resend)


def send_one(mailbox: Mailbox, viewer: Viewer, resend: FakeResend, *cc: str) -> AcceptedMail:
    contact = make_contact(f"ada{len(resend.ledger)}@customers.example")
    conversation = make_conversation(contact=contact, mailbox_id=mailbox.id, messages=1)
    send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Did you plug it in?", cc=cc)
    deliver(OutgoingDelivery.objects.filter(state=SendState.QUEUED).latest("id").id)
    resend.webhooks.take()
    make_older(HOUR + timedelta(minutes=1))
    return resend.ledger[-1]


def make_older(by: timedelta) -> None:
    """So much time passes."""
    for row in OutgoingDelivery.objects.exclude(sent_at=None):
        row.sent_at = row.sent_at and row.sent_at - by
        row.asked_at = row.asked_at and row.asked_at - by
        row.save(update_fields=["sent_at", "asked_at"])


def ask(resend: FakeResend) -> int:
    """The task runs; returns how often it asked."""
    before = len(resend.asked)
    ask_after_silent_mail()
    return len(resend.asked) - before


def state() -> str:
    return OutgoingDelivery.objects.get().state


def test_a_mail_that_has_arrived_without_a_word_shows_as_delivered(sent: AcceptedMail, resend: FakeResend) -> None:
    resend.tell("email.delivered", sent)

    asked = ask(resend)

    assert (asked, state()) == (1, SendState.DELIVERED)
    assert resend.asked[-1].path == f"/emails/{sent.id}"


def test_a_bounce_without_a_word_shows_and_suppresses_nobody(sent: AcceptedMail, resend: FakeResend) -> None:
    resend.tell("email.bounced", sent, bounce=BOUNCE)

    ask(resend)

    assert state() == SendState.BOUNCED
    assert not SuppressedAddress.objects.exists()


def test_the_webhook_that_comes_later_after_all_changes_nothing(sent: AcceptedMail, resend: FakeResend) -> None:
    resend.tell("email.delivered", sent, at=timezone.now().timestamp() - 60)
    (late,) = resend.webhooks.take()
    ask(resend)
    told_at = OutgoingDelivery.objects.get().told_at

    apply_delivery_event(type=late.type, payload=json.loads(late.body))

    assert (state(), OutgoingDelivery.objects.get().told_at) == (SendState.DELIVERED, told_at)


def test_news_after_the_answer_holds(sent: AcceptedMail, resend: FakeResend) -> None:
    resend.tell("email.delivered", sent)
    ask(resend)
    make_older(timedelta(minutes=5))

    event = resend.tell("email.complained", sent)

    apply_delivery_event(type=event.type, payload=json.loads(event.body))
    assert state() == SendState.COMPLAINED


def test_it_is_asked_for_at_doubling_ages_and_not_after_three_days(sent: AcceptedMail, resend: FakeResend) -> None:
    asked_at = []
    for hours in range(1, 80):
        if ask(resend):
            asked_at.append(hours)
        make_older(HOUR)

    # An hour and a minute old at first: it is twice as old shortly after the second look.
    assert asked_at == [1, 3, 7, 15, 31, 63]
    assert state() == SendState.SENT


def test_a_young_mail_and_one_that_has_arrived_are_not_asked_for(sent: AcceptedMail, resend: FakeResend) -> None:
    OutgoingDelivery.objects.update(sent_at=timezone.now() - HOUR / 2)
    young = silent_calls(timezone.now(), 10)
    make_older(HOUR)
    OutgoingDelivery.objects.update(state=SendState.DELIVERED)

    assert (young, silent_calls(timezone.now(), 10), ask(resend)) == ([], [], 0)


def test_good_news_of_a_mail_to_several_may_be_anybodys(mailbox: Mailbox, viewer: Viewer, resend: FakeResend) -> None:
    mail = send_one(mailbox, viewer, resend, "bob@customers.example", "cy@customers.example")
    resend.tell("email.delivered", mail)

    asked = ask(resend)

    assert asked == 1
    assert set(OutgoingDelivery.objects.values_list("state", flat=True)) == {SendState.SENT}


def test_bad_news_of_a_mail_to_several_asks_a_person(mailbox: Mailbox, viewer: Viewer, resend: FakeResend) -> None:
    mail = send_one(mailbox, viewer, resend, "bob@customers.example")
    resend.tell("email.bounced", mail, bounce=BOUNCE)

    ask(resend)

    assert set(OutgoingDelivery.objects.values_list("state", flat=True)) == {SendState.UNKNOWN}
    assert not SuppressedAddress.objects.exists()


@pytest.mark.parametrize("fault", [Fault.ERROR_500, Fault.DROPPED, Fault.NOT_JSON_502])
def test_an_outage_ends_the_round_and_costs_no_turn_of_the_mail(
    mailbox: Mailbox, viewer: Viewer, resend: FakeResend, sent: AcceptedMail, fault: Fault
) -> None:
    send_one(mailbox, viewer, resend)
    resend.fail(fault)

    asked = ask(resend)

    assert asked == 1
    assert OutgoingDelivery.objects.filter(asked_at=None).count() == 2
    assert ask(resend) == 2


def test_a_mail_that_the_provider_does_not_know_waits_for_the_next_time(
    sent: AcceptedMail, resend: FakeResend
) -> None:
    resend.ledger.clear()

    asked = [ask(resend), ask(resend)]

    assert asked == [1, 0]
    assert state() == SendState.SENT


def test_nobody_is_asked_without_a_turn(
    sent: AcceptedMail, resend: FakeResend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("email_channel.actions.ask_after_mail.TURN_WAIT_S", 0.0)
    pause_turns(0.5)

    assert ask(resend) == 0
    assert OutgoingDelivery.objects.get().asked_at is None


def test_the_sweep_asks_only_where_mail_is_silent(
    sent: AcceptedMail, resend: FakeResend, run_tasks: RunTasks, acme: Account, nordhem: Account, settings: Settings
) -> None:
    resend.tell("email.delivered", sent)
    run_tasks()

    with platform_context():
        count = sweep_silent_mail()

    assert count == 1
    assert "email_channel.tasks.ask_after_silent_mail" in run_tasks()
    assert state() == SendState.DELIVERED
    settings.RESEND_API_KEY = ""
    with platform_context():
        assert sweep_silent_mail() == 0
