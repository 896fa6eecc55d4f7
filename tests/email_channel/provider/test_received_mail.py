"""Mail that the provider received: fetched through its own SDK, from a server that speaks its protocol."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from conversations.models import Conversation, Message
from email_channel.enums import IntakeState, MailSource, Outcome, ProviderEventState
from email_channel.models import IncomingMail, Mailbox
from email_channel.provider.actions.settle_event import look_again
from email_channel.provider.actions.store_provider_event import store_provider_event
from email_channel.provider.actions.take_in_received import TRIES_MOST
from email_channel.provider.bucket import take_turn
from email_channel.provider.models import ProviderEvent
from email_channel.provider.queries import IS_RECEIVED, claim_event, next_events
from hummdesk.tenancy.context import account_context
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.email_channel.provider.conftest import Told, is_due_later, one_event, work, work_later
from tests.factories import make_mailbox
from tests.servers.resend import FakeResend, Fault

NORDHEM = "support@nordhem.example"

pytestmark = pytest.mark.usefixtures("mailbox")


def test_received_mail_becomes_a_conversation(resend: FakeResend, told: Told, mailbox: Mailbox) -> None:
    raw = raw_mail(subject="The drill is broken")
    received = resend.receive(raw, SUPPORT, at=(timezone.now() - timedelta(hours=3)).timestamp())
    told()

    work()

    mail = IncomingMail.objects.get()
    with mail.raw.open("rb") as file:
        assert file.read() == raw
    assert (mail.source, mail.provider_id, mail.mailbox) == (MailSource.RESEND, received.id, mailbox)
    assert (mail.state, mail.outcome) == (IntakeState.DONE, Outcome.CREATED)
    assert abs(mail.received_at.timestamp() - received.at) < 0.001
    assert Conversation.objects.get().subject == "The drill is broken"
    assert Message.objects.get().created_at == mail.received_at
    assert one_event().state == ProviderEventState.DONE
    assert resend.request_count == 1


def test_a_mail_to_two_accounts_is_fetched_once_and_is_in_both(
    resend: FakeResend, told: Told, nordhem_mailbox: Mailbox, nordhem: Account
) -> None:
    resend.receive(raw_mail(), SUPPORT, cc=[NORDHEM])
    told()

    work()

    assert Message.objects.count() == 1
    with account_context(nordhem):
        assert Message.objects.count() == 1
    assert resend.request_count == 1


def test_a_mail_to_two_addresses_of_one_mailbox_is_one(resend: FakeResend, told: Told) -> None:
    resend.receive(raw_mail(), SUPPORT, cc=["support+7@acme.example"], bcc=[SUPPORT])
    told()

    work()

    assert IncomingMail.objects.count() == 1


def test_two_mailboxes_of_one_account_get_one_each(resend: FakeResend, told: Told, acme: Account) -> None:
    make_mailbox(acme, "sales@acme.example")
    resend.receive(raw_mail(), SUPPORT, cc=["sales@acme.example"])
    told()

    work()

    assert IncomingMail.objects.count() == 2


def test_a_reply_that_is_announced_first_still_joins_what_it_answers(resend: FakeResend, told: Told) -> None:
    start = timezone.now().timestamp() - 100
    resend.receive(raw_mail(message_id="<first@customers.example>"), SUPPORT, at=start)
    answer = raw_mail(subject="Re: The drill", headers=(("In-Reply-To", "<first@customers.example>"),))
    resend.receive(answer, SUPPORT, at=start + 60)
    told(reversed(resend.webhooks.take()))

    work()

    assert Conversation.objects.count() == 1
    assert [message.created_at.timestamp() for message in Message.objects.order_by("created_at")] == [
        pytest.approx(start, abs=0.001),
        pytest.approx(start + 60, abs=0.001),
    ]


def test_work_that_is_done_twice_leaves_one_message(resend: FakeResend, told: Told) -> None:
    resend.receive(raw_mail(message_id=None), SUPPORT)
    told()
    work()
    ProviderEvent.objects.update(state=ProviderEventState.WAITING)

    work()

    assert (IncomingMail.objects.count(), Message.objects.count()) == (1, 1)


def test_a_mail_in_the_hands_of_another_process_is_left_there(resend: FakeResend, told: Told) -> None:
    resend.receive(raw_mail(), SUPPORT)
    told()
    ProviderEvent.objects.update(claimed_at=timezone.now())

    work()

    assert not IncomingMail.objects.exists()
    assert resend.request_count == 0


def test_a_mail_waits_for_an_older_one_that_is_in_work(
    resend: FakeResend, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("email_channel.provider.actions.take_in_received.EARLIER_WAIT_S", 0.5)
    resend.receive(raw_mail(), SUPPORT, at=timezone.now().timestamp() - 10)
    resend.receive(raw_mail(), SUPPORT)
    told()
    ProviderEvent.objects.filter(id=ProviderEvent.objects.earliest("occurred_at").id).update(claimed_at=timezone.now())
    start = time.monotonic()

    work()

    assert time.monotonic() - start > 0.5
    assert IncomingMail.objects.count() == 1


def test_an_account_has_two_mails_in_work_at_most(resend: FakeResend, told: Told) -> None:
    for second in range(3):
        resend.receive(raw_mail(), SUPPORT, at=timezone.now().timestamp() - 10 + second)
    events = sorted(told(), key=lambda event: event.occurred_at)

    assert [event.id for event in next_events(IS_RECEIVED, timezone.now())] == [event.id for event in events[:2]]
    for event in events[:2]:
        assert claim_event(event.id, timezone.now())
    assert next_events(IS_RECEIVED, timezone.now()) == []


def test_a_claim_of_a_process_that_is_gone_is_void(resend: FakeResend, told: Told) -> None:
    resend.receive(raw_mail(), SUPPORT)
    told()
    ProviderEvent.objects.update(claimed_at=timezone.now() - timedelta(seconds=26))

    work()

    assert one_event().state == ProviderEventState.DONE


@pytest.mark.parametrize("fault", [Fault.ERROR_500, Fault.NOT_JSON_502, Fault.DROPPED])
def test_a_fault_of_the_provider_is_waited_out(resend: FakeResend, told: Told, fault: Fault) -> None:
    resend.receive(raw_mail(), SUPPORT)
    told()
    resend.fail(fault)

    work()
    waiting = one_event()
    work_later()

    assert (waiting.state, waiting.attempt_count, is_due_later(waiting)) == (ProviderEventState.WAITING, 1, True)
    assert one_event().state == ProviderEventState.DONE
    assert Message.objects.count() == 1


def test_a_wrong_key_is_waited_out(resend: FakeResend, told: Told) -> None:
    resend.receive(raw_mail(), SUPPORT)
    told()
    resend.api_key = "another"

    work()

    assert one_event().state == ProviderEventState.WAITING
    assert not IncomingMail.objects.exists()


def test_a_refusal_for_too_many_requests_makes_all_pause_and_is_not_counted(
    resend: FakeResend, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("email_channel.provider.tasks.WORK_S", 0.3)
    resend.receive(raw_mail(), SUPPORT)
    told()
    resend.limit_per_s = 0

    work()
    waiting = one_event()
    pause_s = take_turn("another")

    assert (waiting.state, waiting.attempt_count) == (ProviderEventState.WAITING, 0)
    assert not is_due_later(waiting)
    assert pause_s > 0


def test_a_broken_download_is_tried_again_with_a_new_link(resend: FakeResend, told: Told) -> None:
    resend.receive(raw_mail(), SUPPORT)
    told()
    resend.failing_downloads = 1

    work()
    work_later()

    assert one_event().state == ProviderEventState.DONE
    assert len(resend.inbox.links) == 2


def test_a_mail_that_the_provider_does_not_have_waits_for_an_operator_in_the_end(
    resend: FakeResend, told: Told
) -> None:
    gone = resend.receive(raw_mail(), SUPPORT)
    told()
    del resend.inbox.mails[gone.id]
    work()
    assert one_event().state == ProviderEventState.WAITING

    ProviderEvent.objects.update(attempt_count=TRIES_MOST - 1)
    work_later()
    failed = one_event()

    assert (failed.state, failed.error) == (ProviderEventState.FAILED, "The provider answers 404.")

    resend.inbox.mails[gone.id] = gone
    assert look_again([failed.id]) == 1
    work()
    assert one_event().state == ProviderEventState.DONE


def test_a_mail_that_cannot_be_had_does_not_hold_up_the_next(resend: FakeResend, told: Told) -> None:
    gone = resend.receive(raw_mail(), SUPPORT, at=1_000_000_000)
    resend.receive(raw_mail(), SUPPORT)
    told()
    del resend.inbox.mails[gone.id]

    work()

    assert Message.objects.count() == 1


def test_a_mail_over_25_mb_is_kept(resend: FakeResend, told: Told) -> None:
    resend.receive(raw_mail(text="x" * 26 * 1024 * 1024), SUPPORT)
    told()

    work()

    mail = IncomingMail.objects.get()
    assert mail.size_bytes > 26 * 1024 * 1024
    assert mail.state == IntakeState.DONE


def test_an_empty_mail_is_seen_by_operators(resend: FakeResend, told: Told) -> None:
    resend.receive(b"\r\n", SUPPORT)
    told()

    work()

    assert (one_event().state, one_event().error) == (ProviderEventState.FAILED, "The mail is empty.")


def test_noise_is_quarantined(resend: FakeResend, told: Told) -> None:
    resend.receive(bytes(range(256)) * 100, SUPPORT)
    told()

    work()

    assert IncomingMail.objects.get().outcome == Outcome.QUARANTINED
    assert Conversation.objects.count() == 1


def test_mail_for_a_mailbox_that_was_closed_is_seen_by_operators(
    resend: FakeResend, told: Told, mailbox: Mailbox
) -> None:
    resend.receive(raw_mail(), SUPPORT)
    told()
    Mailbox.objects.update(is_active=False)

    work()

    assert one_event().state == ProviderEventState.FAILED
    assert not IncomingMail.objects.exists()


def test_mail_for_nobody_is_had_once_a_mailbox_is_there(resend: FakeResend, told: Told, acme: Account) -> None:
    resend.receive(raw_mail(), "sales@acme.example")
    (event,) = told()
    work()
    assert resend.request_count == 0

    make_mailbox(acme, "sales@acme.example")
    look_again([event.id])
    work()

    assert IncomingMail.objects.get().mailbox.address == "sales@acme.example"


def test_what_only_the_list_told_is_routed_by_the_mail_itself(resend: FakeResend, told: Told) -> None:
    mail = resend.receive(raw_mail(to="list@other.example"), "list@other.example", received_for=[SUPPORT])
    told_by_list = {name: value for name, value in mail.metadata.items() if name != "received_for"}
    payload = {"type": "email.received", "data": {"email_id": mail.id, **told_by_list}}
    store_provider_event(event_id=f"list:{mail.id}", payload=payload)

    work()

    assert Message.objects.count() == 1
    assert one_event().state == ProviderEventState.DONE


def test_nothing_is_fetched_without_a_key(resend: FakeResend, told: Told, settings: object) -> None:
    resend.receive(raw_mail(), SUPPORT)
    told()
    settings.RESEND_API_KEY = ""  # type: ignore[attr-defined]

    work()

    assert (resend.request_count, one_event().state) == (0, ProviderEventState.WAITING)


def test_a_time_in_the_future_is_not_believed(resend: FakeResend, told: Told) -> None:
    resend.receive(raw_mail(), SUPPORT, at=datetime(2090, 1, 1, tzinfo=UTC).timestamp())
    told()

    work()

    assert IncomingMail.objects.get().received_at <= timezone.now()
