"""Old events: those that find a mailbox after all, and those that go."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from email_channel.enums import ProviderEventState, SendState
from email_channel.models import IncomingMail
from email_channel.provider.actions.look_after_events import (
    KEPT_FOR,
    SYSTEM_MAIL_KEPT_FOR,
    purge_events,
    purge_system_mail,
    route_again,
)
from email_channel.provider.models import ProviderEvent, SystemMail
from email_channel.provider.tasks import reconcile_received_mail
from hummdesk.tenancy.context import platform_context
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.email_channel.provider.conftest import Told, one_event, work
from tests.factories import make_mailbox
from tests.servers.resend import FakeResend

LATE = "sales@acme.example"

pytestmark = pytest.mark.usefixtures("mailbox")


def test_mail_that_came_before_its_mailbox_comes_in_afterwards(resend: FakeResend, told: Told, acme: Account) -> None:
    resend.receive(raw_mail(), LATE)
    told()
    assert route_again() == 0

    make_mailbox(acme, LATE)
    with platform_context():
        reconcile_received_mail()
    work()

    assert IncomingMail.objects.get().mailbox.address == LATE
    assert one_event().state == ProviderEventState.DONE


def test_mail_that_the_provider_has_no_longer_is_left(resend: FakeResend, told: Told, acme: Account) -> None:
    resend.receive(raw_mail(), LATE)
    told()
    ProviderEvent.objects.update(received_at=timezone.now() - timedelta(days=31))

    make_mailbox(acme, LATE)

    assert route_again() == 0


@pytest.mark.parametrize(
    ("kind", "state", "stays"),
    [
        ("email.received", ProviderEventState.DONE, False),
        ("email.delivered", ProviderEventState.DONE, False),
        ("contact.created", ProviderEventState.IGNORED, False),
        ("email.received", ProviderEventState.IGNORED, True),
        ("email.received", ProviderEventState.FAILED, True),
        ("email.delivered", ProviderEventState.WAITING, True),
    ],
)
def test_what_was_done_with_goes_after_a_month(kind: str, state: ProviderEventState, stays: bool) -> None:
    old = timezone.now() - KEPT_FOR - timedelta(hours=1)
    ProviderEvent.objects.create(event_id="old", type=kind, object_id="a", state=state, received_at=old)
    ProviderEvent.objects.create(event_id="new", type=kind, object_id="b", state=state)

    purge_events()

    assert ProviderEvent.objects.count() == 1 + stays


def test_purging_keeps_mail_from_coming_twice(resend: FakeResend, told: Told) -> None:
    resend.receive(raw_mail(), SUPPORT, at=(timezone.now() - KEPT_FOR - timedelta(days=1)).timestamp())
    told()
    work()
    ProviderEvent.objects.update(received_at=timezone.now() - KEPT_FOR - timedelta(days=1))
    purge_events()

    with platform_context():
        reconcile_received_mail()
    work()

    assert IncomingMail.objects.count() == 1


def test_old_system_mail_goes_and_what_waits_stays(database: None) -> None:
    old = timezone.now() - SYSTEM_MAIL_KEPT_FOR - timedelta(days=1)
    with platform_context():
        for state, at in ((SendState.SENT, old), (SendState.QUEUED, old), (SendState.FAILED, timezone.now())):
            SystemMail.objects.create(recipient="a@acme.example", state=state, created_at=at)

        purged = purge_system_mail()

        assert purged == 1
        assert set(SystemMail.objects.values_list("state", flat=True)) == {SendState.QUEUED, SendState.FAILED}
