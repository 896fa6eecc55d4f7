from collections.abc import Callable

import pytest

from accounts.models import Account, Membership, User
from email_channel.actions.add_mailbox import add_mailbox
from email_channel.actions.check_domain import check_domain
from email_channel.models import SendingDomain
from hummdesk.errors import NotFound, PermissionDenied
from hummdesk.events.actor import Actor
from hummdesk.tenancy.context import account_context
from teams.access import Viewer, viewer_of
from tests.servers.dns_zone import FakeDns
from tests.servers.resend import FakeResend
from tests.servers.resend_domains import KEY


@pytest.fixture
def manager(admin: User, acme: Account) -> Viewer:
    return viewer_of(Membership.objects.get(user=admin, account=acme))


@pytest.fixture
def domain(acme: Account) -> SendingDomain:
    add_mailbox(address="help@acme.example", name="Help", actor=Actor.system())
    return SendingDomain.objects.get(name="acme.example")


def states(domain: SendingDomain) -> dict[str, str]:
    return {
        f"{record['purpose']} {record['type']}": check["state"]
        for record, check in zip(domain.records, domain.checks, strict=True)
    }


def test_without_a_provider_the_documented_records_are_looked_for(
    manager: Viewer, domain: SendingDomain, dns_server: FakeDns, published: Callable[[], list[str]]
) -> None:
    dns_server.holds({("_dmarc.acme.example", "TXT"): ['"v=DMARC1; p=none"']})

    checked = check_domain(viewer=manager, domain_id=domain.id)

    assert checked.checked_at is not None
    assert states(checked) == {
        "mx MX": "missing",
        "spf MX": "missing",
        "spf TXT": "missing",
        "dkim TXT": "missing",
        "dmarc TXT": "right",
    }
    assert published()[-1] == "DomainChecked"


def test_the_provider_says_which_records_and_has_the_domain_from_then_on(
    manager: Viewer, domain: SendingDomain, dns_server: FakeDns, resend: FakeResend
) -> None:
    dns_server.holds({("resend._domainkey.acme.example", "TXT"): [f'"{KEY}"']})

    first = check_domain(viewer=manager, domain_id=domain.id)
    second = check_domain(viewer=manager, domain_id=domain.id)

    [row] = resend.domains.rows.values()
    assert (row["name"], row["id"]) == ("acme.example", first.provider_id)
    assert second.provider_id == first.provider_id
    assert states(first)["dkim TXT"] == "right"
    assert {record["value"] for record in first.records} >= {KEY, "inbound-smtp.eu-west-1.amazonaws.com"}


def test_the_last_word_of_a_provider_that_is_away_stands(
    manager: Viewer, domain: SendingDomain, dns_server: FakeDns, resend: FakeResend
) -> None:
    before = check_domain(viewer=manager, domain_id=domain.id)
    resend.is_down = True

    after = check_domain(viewer=manager, domain_id=domain.id)

    assert (after.records, after.provider_id) == (before.records, before.provider_id)
    assert after.checked_at != before.checked_at


def test_only_who_manages_the_account_looks(
    viewer: Viewer, manager: Viewer, nordhem: Account, domain: SendingDomain, dns_server: FakeDns
) -> None:
    with pytest.raises(PermissionDenied):
        check_domain(viewer=viewer, domain_id=domain.id)
    with account_context(nordhem), pytest.raises(NotFound):
        check_domain(viewer=manager, domain_id=domain.id)

    assert dns_server.asked == []
