"""Creating an account: whole, or not at all."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.actions.create_account import create_account, open_account
from accounts.enums import Role
from accounts.errors import SlugTaken
from accounts.models import Account, Domain, Invitation, Membership, User
from hummdesk.errors import ValidationFailed
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import account_context, platform_context
from teams.models import Agent, BusinessHours, SlaPolicy, Team


def _schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'account%'")
        return {row[0] for row in cursor.fetchall()}


def test_create_account_seeds_its_schema(acme: Account, stranger: User) -> None:
    account = create_account(name="Lumi", slug="lumi", timezone="Europe/Helsinki", language="fi", admin=stranger)

    with account_context(account):
        assert Team.objects.count() == 1
        assert BusinessHours.objects.get().timezone == "Europe/Helsinki"
        assert SlaPolicy.objects.get().is_default
        assert Agent.objects.get().pk == stranger.pk
        assert list(LoggedEvent.objects.order_by("seq").values_list("type", flat=True)) == [
            "AccountCreated",
            "MemberAdded",
        ]
    assert Domain.objects.get(tenant=account).domain == "lumi.localhost"


def test_create_account_leaves_nothing_when_a_seed_fails(acme: Account) -> None:
    unsaved = User(email="unsaved@people.example")

    with pytest.raises(User.DoesNotExist):
        create_account(name="Lumi", slug="lumi", admin=unsaved)

    assert not Account.objects.filter(slug="lumi").exists()
    assert "account_lumi" not in _schemas()


@pytest.mark.parametrize("slug", ["", "-a", "a-", "a--b", "A b", "1a", "ä", "a_b", "a\nb", "www", "x" * 41])
def test_create_account_refuses_bad_slugs(acme: Account, slug: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        create_account(name="Lumi", slug=slug)

    assert set(refused.value.errors) == {"slug"}
    assert Account.objects.count() == 2


@pytest.mark.usefixtures("committed")
def test_create_account_with_one_slug_by_two_at_once_has_one_winner(acme: Account) -> None:
    together = Barrier(2)

    def create(name: str) -> str:
        try:
            with platform_context():
                together.wait()
                return create_account(name=name, slug="lumi").name
        except SlugTaken:
            return "taken"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(create, ["First", "Second"]))

    winner = Account.objects.get(slug="lumi")
    assert sorted(results) == sorted([winner.name, "taken"])
    assert winner.name in {"First", "Second"}
    with account_context(winner):
        assert Team.objects.count() == 1


def test_open_account_makes_an_existing_user_the_admin(acme: Account, stranger: User) -> None:
    account = open_account(name="Lumi", slug="lumi", admin_email=stranger.email.upper())

    membership = Membership.objects.get(account=account)
    assert (membership.user, membership.role) == (stranger, Role.ACCOUNT_ADMIN)
    assert not Invitation.objects.exists()


def test_open_account_refuses_an_admin_who_is_switched_off(acme: Account, stranger: User) -> None:
    User.objects.filter(id=stranger.id).update(is_active=False)

    with pytest.raises(ValidationFailed) as refused:
        open_account(name="Lumi", slug="lumi", admin_email=stranger.email)

    assert set(refused.value.errors) == {"admin_email"}
    assert not Account.objects.filter(slug="lumi").exists()


@pytest.mark.parametrize("email", ["", "nope", "a@exämple.com", "ä@lumi.example", f"{'a' * 250}@x.example"])
def test_open_account_refuses_who_can_not_be_invited_and_makes_nothing(acme: Account, email: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        open_account(name="Lumi", slug="lumi", admin_email=email)

    assert set(refused.value.errors) == {"admin_email"}
    assert not Account.objects.filter(slug="lumi").exists()
    assert "account_lumi" not in _schemas()


def test_open_account_stands_when_the_mail_is_refused(acme: Account, mail_refused: None) -> None:
    account = open_account(name="Lumi", slug="lumi", admin_email="a@lumi.example")

    assert Invitation.objects.get(account=account).email == "a@lumi.example"


def test_open_account_stands_when_the_mail_can_not_be_sent(acme: Account, mail_server_down: None) -> None:
    account = open_account(name="Lumi", slug="lumi", admin_email="a@lumi.example")

    assert Invitation.objects.get(account=account).email == "a@lumi.example"


def test_command_creates_an_account_and_says_where(acme: Account, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_account", "--name=Lumi", "--slug=lumi", "--admin-email=a@lumi.example", "--language=fi")

    assert Account.objects.get(slug="lumi").language == "fi"
    assert "Lumi is at http://lumi.localhost" in capsys.readouterr().out
    assert mail.outbox[0].to == ["a@lumi.example"]


@pytest.mark.parametrize(("slug", "sentence"), [("acme", "exists already"), ("-", "slug: Use small letters")])
def test_command_says_why_not(acme: Account, slug: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("create_account", "--name=Lumi", f"--slug={slug}", "--admin-email=a@lumi.example")


def test_command_refuses_an_address_that_is_none_and_makes_nothing(acme: Account) -> None:
    with pytest.raises(CommandError, match="admin_email: Enter a valid email address"):
        call_command("create_account", "--name=Lumi", "--slug=lumi", "--admin-email=nope")

    assert not Account.objects.filter(slug="lumi").exists()
