"""What the page of incoming mail says of mail that the provider still has."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, User
from email_channel.enums import ProviderEventState
from email_channel.provider.models import ProviderEvent
from tests.fixtures.cast import ClientOf

LIST = "/settings/incoming-mail"
AGAIN = f"{LIST}/fetch"
LONG_AGO = timezone.now() - timedelta(minutes=10)


def make_event(account: Account, id: str, **fields: object) -> ProviderEvent:
    given = {"type": "email.received", "payload": {"data": {}}, "occurred_at": LONG_AGO, **fields}
    return ProviderEvent.objects.create(event_id=id, object_id=id, account=account, **given)


def test_nothing_is_said_when_nothing_waits(client_of: ClientOf, admin: User, acme: Account, nordhem: Account) -> None:
    make_event(nordhem, "theirs", attempt_count=3)
    make_event(acme, "new", occurred_at=timezone.now())
    make_event(acme, "done", state=ProviderEventState.DONE)

    assert "mail service" not in client_of(admin).get(LIST).text


def test_mail_that_waits_is_counted(client_of: ClientOf, admin: User, acme: Account) -> None:
    make_event(acme, "one")
    make_event(acme, "two")

    assert "2 mails wait at the mail service" in client_of(admin).get(LIST).text


def test_an_outage_is_told(client_of: ClientOf, admin: User, acme: Account) -> None:
    make_event(acme, "one", attempt_count=2)

    text = client_of(admin).get(LIST).text

    assert "The mail service can&#x27;t be reached now. 1 mail waits there; nothing is lost." in text


def test_mail_that_is_not_handed_out_is_asked_for_again(
    client_of: ClientOf, admin: User, acme: Account, nordhem: Account
) -> None:
    ours = make_event(acme, "ours", state=ProviderEventState.FAILED)
    theirs = make_event(nordhem, "theirs", state=ProviderEventState.FAILED)
    client = client_of(admin)
    assert "1 mail came in, but the mail service does not hand it out." in client.get(LIST).text

    answer = client.post(AGAIN)

    assert (answer.status_code, answer["Location"]) == (303, LIST)
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert ours.attempt_count == 0
    assert ours.state != ProviderEventState.FAILED
    assert theirs.state == ProviderEventState.FAILED


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_who_manages_the_account_may(client_of: ClientOf, leader: User, method: str) -> None:
    answer = getattr(client_of(leader), method)(AGAIN)

    assert answer.status_code == (403 if method == "post" else 405)
