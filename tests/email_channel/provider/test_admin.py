"""Django admin, where operators see mail that is for nobody, and what became of mail to those who sign in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, User
from conversations.models import Message
from email_channel.enums import ProviderEventState, SendState
from email_channel.provider.models import ProviderEvent, SystemMail
from email_channel.provider.tasks import sweep_system_mail
from hummdesk.tenancy.context import platform_context
from tests.email_channel.mails import raw_mail
from tests.email_channel.provider.conftest import Told, one_event, work
from tests.factories import make_mailbox, make_user
from tests.fixtures.cast import ClientOf, RestoringClient
from tests.servers.resend import FakeResend

LIST = "/admin/email_provider/providerevent/"
MAILS = "/admin/email_provider/systemmail/"


@pytest.fixture
def admin_client(client_of: ClientOf, database: None) -> RestoringClient:
    """A client of a super_admin on the platform's host."""
    return client_of(make_user("super@hummdesk.example", is_superuser=True), at=None)


@pytest.fixture
def unrouted(resend: FakeResend, told: Told, acme: Account) -> ProviderEvent:
    """An event of a mail that nobody takes."""
    resend.receive(raw_mail(), "sales@acme.example")
    (event,) = told()
    return event


def test_mail_for_nobody_is_seen(admin_client: RestoringClient, unrouted: ProviderEvent) -> None:
    rows = admin_client.get(LIST, {"state": "ignored"}).content.decode()
    one = admin_client.get(f"{LIST}{unrouted.id}/change/").content.decode()

    assert "sales@acme.example" in rows
    assert "No open mailbox has one of its addresses." in one


def test_mail_is_looked_at_again(admin_client: RestoringClient, unrouted: ProviderEvent, acme: Account) -> None:
    make_mailbox(acme, "sales@acme.example")

    answer = admin_client.post(LIST, {"action": "look_again_at", "_selected_action": str(unrouted.id)})
    work()

    assert answer.status_code == 302
    assert one_event().state == ProviderEventState.DONE
    assert Message.objects.count() == 1


def test_events_are_neither_changed_nor_deleted(admin_client: RestoringClient, unrouted: ProviderEvent) -> None:
    admin_client.post(f"{LIST}{unrouted.id}/change/", {"state": "done"})
    admin_client.post(f"{LIST}{unrouted.id}/delete/", {"post": "yes"})

    assert one_event().state == ProviderEventState.IGNORED


def test_nobody_else_sees_them(client_of: ClientOf, admin: User) -> None:
    assert client_of(admin, at=None).get(LIST).status_code in (302, 403)


@pytest.fixture
def put_off(database: None) -> SystemMail:
    """An invitation that the provider has put off for hours."""
    return make_system_mail(state=SendState.QUEUED, due_at=timezone.now() + timedelta(hours=6), attempt_count=9)


def make_system_mail(**fields: object) -> SystemMail:
    given = {
        "sender": "HummDesk <no-reply@hummdesk.example>",
        "recipient": "new@acme.example",
        "subject": "You are invited",
        "text": "https://acme.example/invitation?token=letmein",
        "html": "<p>https://acme.example/invitation?token=letmein</p>",
        "message_id": "<1@hummdesk.example>",
    }
    with platform_context():
        return SystemMail.objects.create(**given | fields)


def test_system_mail_is_seen_without_what_it_says(admin_client: RestoringClient, put_off: SystemMail) -> None:
    rows = admin_client.get(MAILS, {"state": "queued"}).content.decode()
    one = admin_client.get(f"{MAILS}{put_off.id}/change/").content.decode()

    assert "new@acme.example" in rows
    assert "You are invited" in one
    assert "letmein" not in rows + one


def test_what_was_put_off_is_tried_again_now(
    admin_client: RestoringClient, put_off: SystemMail, resend: FakeResend
) -> None:
    answer = admin_client.post(MAILS, {"action": "try_again", "_selected_action": str(put_off.id)})
    with platform_context():
        sweep_system_mail()

    assert answer.status_code == 302
    assert [mail.body["to"] for mail in resend.ledger] == [["new@acme.example"]]


def test_what_failed_for_good_is_not_sent_without_words(
    admin_client: RestoringClient, database: None, resend: FakeResend
) -> None:
    failed = make_system_mail(state=SendState.FAILED, text="", html="")

    page = admin_client.post(MAILS, {"action": "try_again", "_selected_action": str(failed.id)}, follow=True)
    with platform_context():
        sweep_system_mail()

    assert "words are gone" in page.content.decode()
    assert resend.ledger == []


def test_system_mail_is_neither_changed_nor_deleted(admin_client: RestoringClient, put_off: SystemMail) -> None:
    admin_client.post(f"{MAILS}{put_off.id}/change/", {"state": "sent"})
    admin_client.post(f"{MAILS}{put_off.id}/delete/", {"post": "yes"})

    with platform_context():
        assert SystemMail.objects.get().state == SendState.QUEUED
