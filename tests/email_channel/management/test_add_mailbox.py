import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, MailRoute
from email_channel.models import Mailbox
from hummdesk.tenancy.context import account_context, platform_context
from tests.factories import make_team


def run(*arguments: str, account: str = "acme", address: str = "help@acme.example", name: str = "Help") -> str:
    """Return what the command prints."""
    printed = io.StringIO()
    named = ("--account", account, "--address", address, "--name", name)
    with platform_context():
        call_command("add_mailbox", *named, *arguments, stdout=printed)
    return printed.getvalue()


def test_a_mailbox_is_added_with_its_route_and_team_and_its_secret_is_printed_once(acme: Account) -> None:
    team = make_team(slug="service")

    printed = run("--team", "service", account=acme.slug)

    mailbox = Mailbox.objects.get(address="help@acme.example")
    assert (mailbox.name, mailbox.team) == ("Help", team)
    assert MailRoute.objects.get(address="help@acme.example").account == acme
    assert printed.count(mailbox.secret) == 1


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"account": "nowhere"}, "There is no account nowhere"),
        ({"address": "help"}, "address: "),
        ({"address": f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 30}.example"}, "address: "),
        ({"name": ""}, "name: "),
        ({"name": "n" * 121}, "name: "),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(acme: Account, arguments: dict[str, str], error: str) -> None:
    with pytest.raises(CommandError, match=error):
        run(**{"account": acme.slug, **arguments})

    assert not Mailbox.objects.exists()


def test_a_team_of_another_account_is_refused(acme: Account, nordhem: Account) -> None:
    with account_context(nordhem):
        make_team(slug="theirs")

    with pytest.raises(CommandError, match="no team theirs"):
        run("--team", "theirs", account=acme.slug)

    assert not Mailbox.objects.exists()


def test_an_address_that_is_in_use_is_refused(acme: Account) -> None:
    run(account=acme.slug)

    with pytest.raises(CommandError, match="in use already"):
        run(account=acme.slug, name="Again")

    assert Mailbox.objects.count() == 1
