from collections.abc import Callable

import pytest

from accounts.actions.route_mail import stop_routing
from accounts.errors import DomainTaken
from accounts.models import Account, MailRoute
from email_channel.actions.add_mailbox import add_mailbox
from email_channel.models import EmailTemplate, Mailbox
from hummdesk.errors import ValidationFailed
from hummdesk.events.actor import Actor
from hummdesk.tenancy.context import account_context, platform_context
from tests.factories import make_team


def test_a_mailbox_has_a_route_a_secret_and_its_team(acme: Account, published: Callable[[], list[str]]) -> None:
    team = make_team()

    mailbox = add_mailbox(address=" Help@Acme.example ", name="Help", actor=Actor.system(), team=team)

    route = MailRoute.objects.get(address="help@acme.example")
    assert (mailbox.address, mailbox.team, mailbox.is_active) == ("help@acme.example", team, True)
    assert (route.account, route.mailbox_id) == (acme, mailbox.id)
    assert len(mailbox.secret) >= 32
    assert published() == ["MailboxAdded"]


def test_secrets_of_two_mailboxes_differ(acme: Account) -> None:
    first = add_mailbox(address="a@acme.example", name="A", actor=Actor.system())
    second = add_mailbox(address="b@acme.example", name="B", actor=Actor.system())

    assert first.secret != second.secret


@pytest.mark.parametrize("address", ["", "help", "@acme.example", "a b@acme.example", "a@acme.example\r\nBcc: x@y.z"])
def test_what_is_no_address_is_refused_and_nothing_is_made(acme: Account, address: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        add_mailbox(address=address, name="Help", actor=Actor.system())

    assert list(refusal.value.errors) == ["address"]
    assert not Mailbox.objects.exists()


def test_an_address_that_another_account_has_is_refused_and_nothing_is_made(
    acme: Account, nordhem: Account, published: Callable[[], list[str]]
) -> None:
    with account_context(nordhem):
        add_mailbox(address="help@shared.example", name="Help", actor=Actor.system())

    with pytest.raises(DomainTaken):
        add_mailbox(address="HELP@shared.example", name="Help", actor=Actor.system())

    assert not Mailbox.objects.exists()
    assert published() == []
    with platform_context():
        assert MailRoute.objects.get(address="help@shared.example").account == nordhem


def test_a_new_account_has_a_first_template_in_each_language(acme: Account) -> None:
    templates = EmailTemplate.objects.filter(name="Message received")

    assert {template.language for template in templates} == {"en", "fi", "sv"}
    assert all("{{customer_name}}" in template.body_html for template in templates)


def test_domain_of_another_account_is_refused_until_that_has_no_mailbox_there(acme: Account, nordhem: Account) -> None:
    with account_context(nordhem):
        first = add_mailbox(address="help@shared.example", name="Help", actor=Actor.system())

    with account_context(acme), pytest.raises(DomainTaken):
        add_mailbox(address="sales@shared.example", name="Sales", actor=Actor.system())

    with account_context(nordhem):
        stop_routing(mailbox_id=first.id)
    with account_context(acme):
        assert add_mailbox(address="sales@shared.example", name="Sales", actor=Actor.system()).is_active
