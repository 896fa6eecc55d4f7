"""The settings pages of domains."""

import pytest

from accounts.models import Account, User
from email_channel.actions.add_mailbox import add_mailbox
from email_channel.models import Mailbox, SendingDomain
from hummdesk.events.actor import Actor
from tests.fixtures.cast import ClientOf
from tests.servers.dns_zone import FakeDns

LIST = "/settings/domains"


@pytest.fixture
def domain(acme: Account) -> SendingDomain:
    add_mailbox(address="help@acme.example", name="Help", actor=Actor.system())
    return SendingDomain.objects.get(name="acme.example")


def test_only_who_manages_the_account_finds_the_pages(
    client_of: ClientOf, agent: User, leader: User, domain: SendingDomain
) -> None:
    for user in (agent, leader):
        assert client_of(user).get(LIST).status_code == 403
        assert client_of(user).get(f"{LIST}/{domain.id}").status_code == 403
        assert client_of(user).post(f"{LIST}/{domain.id}/check").status_code == 403


def test_records_are_shown_before_they_are_checked(client_of: ClientOf, admin: User, domain: SendingDomain) -> None:
    listed, shown = client_of(admin).get(LIST), client_of(admin).get(f"{LIST}/{domain.id}")

    assert "Not checked yet" in listed.text
    for text in ("send.acme.example", "v=spf1 include:amazonses.com ~all", "_dmarc.acme.example"):
        assert f'data-copy="{text}"' in shown.text


def test_a_look_says_what_is_wrong(
    client_of: ClientOf, admin: User, domain: SendingDomain, dns_server: FakeDns
) -> None:
    dns_server.holds({("acme.example", "MX"): ["10 mx.elsewhere.example."]})
    dns_server.holds({("send.acme.example", "TXT"): ['"v=spf1 <b> ~all"']})
    client = client_of(admin)

    answer = client.post(f"{LIST}/{domain.id}/check")
    shown = client.get(f"{LIST}/{domain.id}")

    assert (answer.status_code, answer["Location"]) == (303, f"{LIST}/{domain.id}")
    assert "Mail for this domain goes elsewhere." in shown.text
    assert "10 mx.elsewhere.example" in shown.text
    assert "The record does not name us." in shown.text
    assert "v=spf1 &lt;b&gt; ~all" in shown.text
    assert "5 records need a look" in client.get(LIST).text


def test_a_look_by_script_gets_the_records_alone(
    client_of: ClientOf, admin: User, domain: SendingDomain, dns_server: FakeDns
) -> None:
    htmx = {"HX-Request": "true", "HX-Target": "domain-records"}

    answer = client_of(admin).post(f"{LIST}/{domain.id}/check", headers=htmx)

    assert answer.status_code == 200
    assert answer.text.strip().startswith('<section class="stack" id="domain-records"')


def test_domains_of_removed_mailboxes_are_not_listed(client_of: ClientOf, admin: User, domain: SendingDomain) -> None:
    Mailbox.objects.update(is_active=False)

    assert "acme.example</a>" not in client_of(admin).get(LIST).text
