import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from conversations.actions.write_message import send_reply
from conversations.enums import DeliveryState
from conversations.models import Message
from email_channel.actions.apply_delivery_event import apply_delivery_event
from email_channel.actions.deliver_mail import deliver
from email_channel.enums import SendState
from email_channel.models import Mailbox, OutgoingDelivery
from email_channel.queries import CLAIM_LASTS
from email_channel.retries import RETRY_WINDOW, TRIES_MOST, WAITS
from hummdesk.tenancy.context import account_context, current_schema
from teams.access import Viewer
from tests.email_channel.mails import SUPPORT
from tests.factories import make_contact, make_conversation, make_mailbox
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend, Fault


@pytest.fixture
def delivery(mailbox: Mailbox, viewer: Viewer) -> OutgoingDelivery:
    """An agent's reply to Ada, queued."""
    return queued_reply(mailbox, viewer)


def queued_reply(mailbox: Mailbox, viewer: Viewer, address: str = "ada@customers.example") -> OutgoingDelivery:
    contact = make_contact(address, name="Ada Byron")
    conversation = make_conversation(contact=contact, mailbox_id=mailbox.id, subject="The drill", messages=1)
    send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Did you plug it in?")
    return OutgoingDelivery.objects.latest("id")


def now_due(delivery: OutgoingDelivery) -> None:
    """The wait before the next try is over."""
    OutgoingDelivery.objects.filter(id=delivery.id).update(due_at=timezone.now())


def shown(delivery: OutgoingDelivery) -> Message:
    """Return the reply as an agent sees it."""
    return Message.objects.get(id=delivery.email.conversation_message_id)


def test_a_mail_leaves_with_its_headers_and_its_key(delivery: OutgoingDelivery, resend: FakeResend) -> None:
    deliver(delivery.id)

    delivery.refresh_from_db()
    (sent,) = resend.ledger
    assert (delivery.state, delivery.provider_id) == (SendState.SENT, sent.id)
    assert delivery.sent_at is not None
    assert sent.key == str(delivery.id)
    assert sent.body["from"] == f'"Acme Support" <{SUPPORT}>'
    assert sent.body["to"] == ['"Ada Byron" <ada@customers.example>']
    assert sent.body["subject"] == "Re: The drill"
    assert sent.body["headers"]["Message-ID"] == delivery.email.message_id
    assert "Auto-Submitted" not in sent.body["headers"]
    assert shown(delivery).delivery_state == DeliveryState.SENT


def test_a_reply_is_sent_by_the_task_that_its_event_queues(
    delivery: OutgoingDelivery, resend: FakeResend, run_tasks: RunTasks
) -> None:
    ran = run_tasks()

    assert "email_channel.tasks.deliver_mail" in ran
    assert len(resend.ledger) == 1


def test_a_mail_that_has_left_does_not_leave_again(delivery: OutgoingDelivery, resend: FakeResend) -> None:
    deliver(delivery.id)

    deliver(delivery.id)

    assert resend.request_count == 1


def test_a_mail_that_the_provider_refuses_has_failed_and_says_why(
    mailbox: Mailbox, viewer: Viewer, resend: FakeResend
) -> None:
    delivery = queued_reply(mailbox, viewer, "unknown@invalid")

    deliver(delivery.id)

    delivery.refresh_from_db()
    assert delivery.state == SendState.FAILED
    assert (shown(delivery).delivery_state, shown(delivery).delivery_error) == (
        DeliveryState.FAILED,
        "Invalid `to` field.",
    )
    assert resend.ledger == []


def test_a_mail_that_no_header_can_carry_has_failed_in_the_catcher_too(
    mailbox: Mailbox, viewer: Viewer, outbox: Path
) -> None:
    delivery = queued_reply(mailbox, viewer, "not an address")

    deliver(delivery.id)

    assert OutgoingDelivery.objects.get().state == SendState.FAILED
    assert shown(delivery).delivery_error != ""


@pytest.mark.parametrize(
    "fault",
    [
        Fault.ERROR_500,
        Fault.NOT_JSON_502,
        Fault.DROPPED,
        Fault.ACCEPTED_THEN_500,
        Fault.ACCEPTED_THEN_DROPPED,
    ],
)
def test_after_a_fault_the_mail_waits_and_leaves_once(
    delivery: OutgoingDelivery, resend: FakeResend, fault: Fault
) -> None:
    resend.fail(fault)
    deliver(delivery.id)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.claimed_at) == (SendState.QUEUED, None)
    assert delivery.due_at > timezone.now()
    assert shown(delivery).delivery_state == DeliveryState.QUEUED

    now_due(delivery)
    deliver(delivery.id)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (SendState.SENT, "")
    assert [sent.key for sent in resend.ledger] == [str(delivery.id)]
    assert delivery.provider_id == resend.ledger[0].id


def test_a_slow_answer_is_not_waited_for_and_the_mail_leaves_once(
    delivery: OutgoingDelivery, resend: FakeResend
) -> None:
    resend.delay_s = 3
    deliver(delivery.id)
    delivery.refresh_from_db()
    assert delivery.state == SendState.QUEUED
    assert "timed out" in delivery.error.lower()

    resend.delay_s = 0
    while delivery.state == SendState.QUEUED and delivery.attempt_count < 100:
        now_due(delivery)
        deliver(delivery.id)
        delivery.refresh_from_db()
        time.sleep(0.05)

    assert delivery.state == SendState.SENT
    assert len(resend.ledger) == 1


@pytest.mark.parametrize("key", ["re_wrong", " "])
def test_a_key_that_does_not_work_leaves_the_mail_waiting_for_the_operator(
    delivery: OutgoingDelivery, resend: FakeResend, settings: Settings, key: str
) -> None:
    settings.RESEND_API_KEY, right = key, settings.RESEND_API_KEY
    deliver(delivery.id)
    assert OutgoingDelivery.objects.get().state == SendState.QUEUED

    settings.RESEND_API_KEY = right
    now_due(delivery)
    deliver(delivery.id)

    assert len(resend.ledger) == 1


def test_nobody_listening_is_a_reason_to_wait(
    delivery: OutgoingDelivery, resend: FakeResend, settings: Settings
) -> None:
    settings.RESEND_API_URL = "http://127.0.0.1:9"

    deliver(delivery.id)

    assert OutgoingDelivery.objects.get().state == SendState.QUEUED


def test_a_full_disk_is_a_reason_to_wait(delivery: OutgoingDelivery, settings: Settings) -> None:
    settings.OUTBOX_DIR = Path("/dev/full/outbox")

    deliver(delivery.id)

    assert OutgoingDelivery.objects.get().state == SendState.QUEUED


def test_a_signature_changed_between_two_tries_sends_no_second_mail(
    delivery: OutgoingDelivery, mailbox: Mailbox, resend: FakeResend
) -> None:
    resend.fail(Fault.ACCEPTED_THEN_DROPPED)
    deliver(delivery.id)
    mailbox.signature = "New words"
    mailbox.save()

    now_due(delivery)
    deliver(delivery.id)

    assert OutgoingDelivery.objects.get().state == SendState.SENT
    assert len(resend.ledger) == 1


def test_tries_are_spread_over_less_than_the_providers_memory(delivery: OutgoingDelivery, resend: FakeResend) -> None:
    resend.fail(Fault.ERROR_500, times=100)
    waits = []
    for _ in WAITS:
        deliver(delivery.id)
        delivery.refresh_from_db()
        waits.append(round((delivery.due_at - timezone.now()) / timedelta(minutes=1)))
        now_due(delivery)

    assert waits == [round(wait / timedelta(minutes=1)) for wait in WAITS]
    assert sum(WAITS, timedelta()) < RETRY_WINDOW


def test_a_mail_whose_next_try_would_come_too_late_waits_for_a_person(
    delivery: OutgoingDelivery, resend: FakeResend
) -> None:
    resend.fail(Fault.ERROR_500, times=2)
    deliver(delivery.id)
    OutgoingDelivery.objects.update(
        first_tried_at=timezone.now() - RETRY_WINDOW + timedelta(seconds=90), due_at=timezone.now(), attempt_count=3
    )

    deliver(delivery.id)

    assert OutgoingDelivery.objects.get().state == SendState.UNKNOWN
    assert shown(delivery).delivery_state == DeliveryState.UNKNOWN


def test_what_has_certainly_not_left_is_tried_for_days_and_then_has_failed(
    delivery: OutgoingDelivery, resend: FakeResend, settings: Settings
) -> None:
    settings.RESEND_API_URL = "http://127.0.0.1:9"
    for _ in range(TRIES_MOST):
        delivery.refresh_from_db()
        assert (delivery.state, delivery.first_tried_at) == (SendState.QUEUED, None)
        now_due(delivery)
        deliver(delivery.id)

    assert OutgoingDelivery.objects.get().state == SendState.FAILED
    assert WAITS[-1] * (TRIES_MOST - len(WAITS)) + sum(WAITS, timedelta()) > timedelta(days=2)


def test_an_outage_after_a_lost_answer_does_not_make_it_certain_that_nothing_left(
    delivery: OutgoingDelivery, resend: FakeResend, settings: Settings
) -> None:
    resend.fail(Fault.ACCEPTED_THEN_DROPPED)
    deliver(delivery.id)
    first = OutgoingDelivery.objects.get().first_tried_at
    settings.RESEND_API_URL = "http://127.0.0.1:9"
    now_due(delivery)
    deliver(delivery.id)

    assert first is not None
    assert OutgoingDelivery.objects.get().first_tried_at == first


@pytest.mark.parametrize("state", [SendState.QUEUED, SendState.SENDING])
def test_a_mail_whose_outcome_is_unknown_for_a_day_is_not_sent_blindly(
    delivery: OutgoingDelivery, resend: FakeResend, state: SendState
) -> None:
    resend.fail(Fault.ACCEPTED_THEN_DROPPED)
    deliver(delivery.id)
    day_ago = timezone.now() - timedelta(hours=24, minutes=1)
    OutgoingDelivery.objects.update(
        state=state,
        first_tried_at=day_ago,
        due_at=day_ago,
        claimed_at=day_ago if state == SendState.SENDING else None,
    )
    resend.advance(24 * 3600 + 60)

    deliver(delivery.id)

    assert OutgoingDelivery.objects.get().state == SendState.UNKNOWN
    assert "not known" in shown(delivery).delivery_error
    assert len(resend.ledger) == 1


def test_a_first_try_may_come_days_late(delivery: OutgoingDelivery, resend: FakeResend) -> None:
    OutgoingDelivery.objects.update(due_at=timezone.now() - timedelta(days=3))

    deliver(delivery.id)

    assert len(resend.ledger) == 1


def test_a_mail_that_another_process_sends_is_left_alone(delivery: OutgoingDelivery, resend: FakeResend) -> None:
    OutgoingDelivery.objects.update(state=SendState.SENDING, claimed_at=timezone.now() - CLAIM_LASTS / 2)

    deliver(delivery.id)

    assert resend.request_count == 0


def test_a_mail_is_not_sent_before_its_time(delivery: OutgoingDelivery, resend: FakeResend) -> None:
    OutgoingDelivery.objects.update(due_at=timezone.now() + timedelta(seconds=30))

    deliver(delivery.id)

    assert resend.request_count == 0


def test_eight_senders_at_once_send_one_mail(
    committed: None, acme: Account, viewer: Viewer, resend: FakeResend
) -> None:
    delivery = queued_reply(make_mailbox(acme, SUPPORT), viewer)
    start = Barrier(8)

    def send() -> None:
        try:
            with account_context(acme):
                start.wait(10)
                deliver(delivery.id)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(send) for _ in range(8)]:
            done.result(30)

    assert (len(resend.ledger), resend.request_count) == (1, 1)
    assert OutgoingDelivery.objects.get().state == SendState.SENT


def test_the_account_and_the_key_go_along_for_the_events(delivery: OutgoingDelivery, resend: FakeResend) -> None:
    deliver(delivery.id)

    tags = {tag["name"]: tag["value"] for tag in resend.ledger[0].body["tags"]}
    assert tags == {"account": current_schema(), "delivery": str(delivery.id)}


def test_an_event_that_is_faster_than_the_answer_stays(delivery: OutgoingDelivery, resend: FakeResend) -> None:
    resend.fail(Fault.ACCEPTED_THEN_500)
    deliver(delivery.id)
    now_due(delivery)
    payload = {
        "type": "email.delivered",
        "data": {"email_id": resend.ledger[0].id, "tags": {"delivery": str(delivery.id)}},
    }

    apply_delivery_event(type="email.delivered", payload=payload)
    deliver(delivery.id)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.provider_id) == (SendState.DELIVERED, resend.ledger[0].id)
    assert resend.request_count == 1


def test_a_new_recipient_does_not_join_the_call_of_those_who_wait(
    mailbox: Mailbox, viewer: Viewer, resend: FakeResend
) -> None:
    """The same key with another list of recipients would be taken for a mail that was accepted."""
    delivery = queued_reply(mailbox, viewer)
    resend.fail(Fault.ACCEPTED_THEN_DROPPED)
    deliver(delivery.id)
    now_due(delivery)
    OutgoingDelivery.objects.create(email=delivery.email, recipient="bob@customers.example")

    deliver(delivery.id)
    for other in OutgoingDelivery.objects.filter(state=SendState.QUEUED):
        deliver(other.id)

    assert [sent.body["to"] for sent in resend.ledger] == [
        ['"Ada Byron" <ada@customers.example>'],
        ["bob@customers.example"],
    ]
    assert set(OutgoingDelivery.objects.values_list("state", flat=True)) == {SendState.SENT}
