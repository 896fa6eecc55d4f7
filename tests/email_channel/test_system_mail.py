from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from email_channel.catcher import PLATFORM_FOLDER, caught_mails
from email_channel.enums import SendState
from email_channel.errors import DeliveryRefused
from email_channel.provider.actions.apply_system_mail_event import apply_system_mail_event
from email_channel.provider.bucket import pause_turns
from email_channel.provider.models import SystemMail
from email_channel.provider.tasks import sweep_system_mail
from email_channel.queries import CLAIM_LASTS
from hummdesk.tenancy.context import platform_context
from tests.fixtures.work import RunTasks
from tests.servers.resend import FakeResend, Fault

SENDER = "HummDesk <no-reply@hummdesk.example>"
ADA = "Ada Byron <ada@customers.example>"


@pytest.fixture(autouse=True)
def _backend(settings: Settings, outbox: Path, database: None) -> Iterator[None]:
    # The test runner puts mail into memory; these tests are about the backend of the product.
    settings.EMAIL_BACKEND = "email_channel.system_mail.SystemMailBackend"
    with platform_context():
        yield


def test_a_system_mail_is_caught_under_the_platform(run_tasks: RunTasks) -> None:
    sent = send_mail("Welcome", "Hello,\n<b>Ada</b>", SENDER, [ADA])
    run_tasks()

    (mail,) = caught_mails(limit=10)
    text, html = mail.message.get_body(("plain",)), mail.message.get_body(("html",))
    assert sent == 1
    assert mail.id.startswith(f"{PLATFORM_FOLDER}/")
    assert (mail.message["From"], mail.message["To"], mail.message["Subject"]) == (SENDER, ADA, "Welcome")
    assert mail.message["Message-ID"].endswith("@hummdesk.example>")
    assert text is not None
    assert html is not None
    assert text.get_content().split() == ["Hello,", "<b>Ada</b>"]
    assert "&lt;b&gt;Ada&lt;/b&gt;" in html.get_content()


def test_a_message_id_that_is_given_is_kept() -> None:
    EmailMessage("Hi", "Hello", SENDER, [ADA], headers={"Message-ID": "<one@hummdesk.example>"}).send()

    assert SystemMail.objects.get().message_id == "<one@hummdesk.example>"


def test_html_of_the_mail_is_kept(run_tasks: RunTasks) -> None:
    mail = EmailMultiAlternatives("Welcome", "Hello", SENDER, [ADA])
    mail.attach_alternative("<h1>Hello</h1>", "text/html")

    mail.send()
    run_tasks()

    html = caught_mails(limit=10)[0].message.get_body(("html",))
    assert html is not None
    assert html.get_content().strip() == "<h1>Hello</h1>"


def test_each_recipient_gets_a_mail_of_their_own(run_tasks: RunTasks) -> None:
    sent = EmailMessage(
        "Hi", "Hello", SENDER, [ADA], cc=["bob@customers.example"], bcc=["eve@customers.example"]
    ).send()
    run_tasks()

    mails = caught_mails(limit=10)
    assert sent == 1
    assert {str(mail.message["To"]) for mail in mails} == {ADA, "bob@customers.example", "eve@customers.example"}
    assert {mail.message["Bcc"] for mail in mails} == {None}


def test_a_system_mail_goes_through_resend_with_a_key(resend: FakeResend, run_tasks: RunTasks) -> None:
    send_mail("Welcome", "Hello", SENDER, [ADA])

    run_tasks()

    (sent,), mail = resend.ledger, SystemMail.objects.get()
    assert sent.body["from"] == '"HummDesk" <no-reply@hummdesk.example>'
    assert sent.body["headers"]["Auto-Submitted"] == "auto-generated"
    assert sent.key == str(mail.id)
    assert (mail.state, mail.provider_id) == (SendState.SENT, sent.id)


def test_its_words_are_gone_once_it_has_left_or_failed(resend: FakeResend, run_tasks: RunTasks) -> None:
    send_mail("Welcome", "https://acme.example/invitation?token=1", SENDER, [ADA, "nobody@invalid"])
    assert SystemMail.objects.filter(text__contains="token").count() == 2

    run_tasks()

    assert set(SystemMail.objects.values_list("state", "text", "html")) == {("sent", "", ""), ("failed", "", "")}


def test_a_mail_of_a_transaction_that_fails_is_not_sent(
    resend: FakeResend, run_tasks: RunTasks, committed: None
) -> None:
    with transaction.atomic():
        send_mail("Welcome", "Hello", SENDER, [ADA])
        transaction.set_rollback(True)

    run_tasks()

    assert not SystemMail.objects.exists()
    assert resend.request_count == 0


@pytest.mark.parametrize(
    "fault", [Fault.ERROR_500, Fault.DROPPED, Fault.ACCEPTED_THEN_500, Fault.ACCEPTED_THEN_DROPPED]
)
def test_after_a_fault_it_waits_for_the_sweep_and_leaves_once(
    resend: FakeResend, run_tasks: RunTasks, fault: Fault
) -> None:
    resend.fail(fault)
    send_mail("Welcome", "Hello", SENDER, [ADA])
    run_tasks()
    waiting = SystemMail.objects.get()
    assert (waiting.state, waiting.text) == (SendState.QUEUED, "Hello")
    SystemMail.objects.update(due_at=timezone.now())

    assert sweep_system_mail() == 1

    assert SystemMail.objects.get().state == SendState.SENT
    assert [sent.key for sent in resend.ledger] == [str(waiting.id)]


def test_a_claim_that_is_left_behind_is_taken_over(resend: FakeResend) -> None:
    send_mail("Welcome", "Hello", SENDER, [ADA])
    long_ago = timezone.now() - CLAIM_LASTS - timedelta(seconds=1)
    SystemMail.objects.update(
        state=SendState.SENDING, claimed_at=long_ago, first_tried_at=long_ago, attempt_count=1, due_at=long_ago
    )

    sweep_system_mail()

    assert SystemMail.objects.get().state == SendState.SENT


def test_an_outcome_that_is_unknown_for_a_day_is_not_tried_again(resend: FakeResend) -> None:
    send_mail("Welcome", "Hello", SENDER, [ADA])
    day_ago = timezone.now() - timedelta(hours=24)
    SystemMail.objects.update(first_tried_at=day_ago, attempt_count=3, due_at=day_ago)

    sweep_system_mail()

    mail = SystemMail.objects.get()
    assert (mail.state, mail.text) == (SendState.UNKNOWN, "")
    assert resend.request_count == 0


def test_a_turn_that_is_denied_counts_as_no_try(resend: FakeResend, run_tasks: RunTasks) -> None:
    pause_turns(30)
    send_mail("Welcome", "Hello", SENDER, [ADA])

    run_tasks()

    mail = SystemMail.objects.get()
    assert (mail.state, mail.attempt_count, mail.first_tried_at) == (SendState.QUEUED, 0, None)


def test_what_no_mail_may_hold_is_refused_at_once(resend: FakeResend) -> None:
    with pytest.raises(DeliveryRefused):
        send_mail("Welcome", "Hello", SENDER, ["nobody"])

    assert send_mail("Welcome", "Hello", SENDER, ["nobody", ADA], fail_silently=True) == 0
    assert [mail.recipient for mail in SystemMail.objects.all()] == [ADA]


def test_what_is_told_of_it_is_known_even_where_the_answer_was_lost(resend: FakeResend, run_tasks: RunTasks) -> None:
    resend.fail(Fault.ACCEPTED_THEN_DROPPED)
    send_mail("Welcome", "Hello", SENDER, [ADA])
    run_tasks()
    data = {"email_id": "re_1", "tags": {"account": "public", "delivery": str(SystemMail.objects.get().id)}}

    assert apply_system_mail_event(type="email.delivered", payload={"data": data})
    assert apply_system_mail_event(type="email.sent", payload={"data": data})
    assert not apply_system_mail_event(type="email.sent", payload={"data": {"email_id": "re_2"}})

    mail = SystemMail.objects.get()
    assert (mail.state, mail.provider_id, mail.text) == (SendState.DELIVERED, "re_1", "")
