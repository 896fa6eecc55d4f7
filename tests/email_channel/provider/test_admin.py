"""The provider's events in Django admin, where operators see what is for nobody."""

import pytest

from accounts.models import Account, User
from conversations.models import Message
from email_channel.enums import ProviderEventState
from email_channel.provider.models import ProviderEvent
from tests.email_channel.mails import raw_mail
from tests.email_channel.provider.conftest import Told, one_event, work
from tests.factories import make_mailbox, make_user
from tests.fixtures.cast import ClientOf, RestoringClient
from tests.servers.resend import FakeResend

LIST = "/admin/email_provider/providerevent/"


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
