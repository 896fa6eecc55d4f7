from collections import Counter

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from accounts.errors import DomainTaken
from accounts.models import Account, Domain, MailRoute, Membership, User
from conversations.demo.accounts import load_demo_account
from conversations.models import Conversation
from email_channel.actions.make_demo_account import (
    DEMO_OPERATOR,
    DEMO_PASSWORD,
    DemoReport,
    make_demo_account,
    make_demo_operator,
)
from email_channel.models import IncomingMail, Mailbox, OutgoingDelivery, SuppressedAddress
from hummdesk.tenancy.context import account_context, platform_context
from teams.enums import TeamRole
from teams.models import Agent, Team, TeamMember
from tests.factories import make_mailbox

NOW = timezone.now()


@pytest.fixture
def vacant(nordhem: Account) -> None:
    """The slug nordhem is free: its account of the tests goes by another name."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER SCHEMA account_nordhem RENAME TO account_moved")
    Account.objects.filter(slug="nordhem").update(slug="moved", schema_name="account_moved")
    Domain.objects.filter(domain__startswith="nordhem.").update(domain=Concat(Value("moved-"), F("domain")))
    User.objects.filter(email__endswith="@nordhem.example").update(email=Concat(Value("moved-"), F("email")))


def make(count: int = 40, *, only_if_empty: bool = False) -> DemoReport:
    return make_demo_account(slug="nordhem", conversation_count=count, seed=1, now=NOW, only_if_empty=only_if_empty)


def test_new_account_has_its_cast_with_their_roles(vacant: None) -> None:
    report = make()

    assert report == DemoReport(is_new=True, written_count=40, conversation_count=40)
    account = Account.objects.get(slug="nordhem")
    roles = dict(Membership.objects.filter(account=account).values_list("user__email", "role"))
    assert roles == {f"{member.login}@nordhem.example": member.role for member in load_demo_account("nordhem").cast}
    for email in roles:
        assert authenticate(username=email, password=DEMO_PASSWORD) is not None
    with account_context(account):
        assert set(Agent.objects.get(name="Sara Koski").languages) == {"fi", "en"}
        assert Agent.objects.get(name="Sara Koski").skills.count() == 2


def test_new_account_has_the_teams_of_the_demo_only(vacant: None) -> None:
    make()

    with account_context(Account.objects.get(slug="nordhem")):
        assert set(Team.objects.values_list("slug", flat=True)) == {"deliveries", "billing", "stores"}
        assert not Team.objects.filter(hours=None).exists()
        leads = TeamMember.objects.filter(agent__name="Jonas Lind")
        assert set(leads.values_list("team__slug", "role")) == {
            ("deliveries", TeamRole.LEADER),
            ("billing", TeamRole.LEADER),
        }


def test_large_new_account_shows_the_fates_of_mail(vacant: None) -> None:
    report = make(60)

    assert report == DemoReport(is_new=True, written_count=60, conversation_count=60)
    with account_context(Account.objects.get(slug="nordhem")):
        assert Conversation.objects.count() == 60
        states = Counter(OutgoingDelivery.objects.values_list("state", flat=True))
        assert states == {"delivered": 3, "bounced": 1, "delayed": 1, "unknown": 1}
        bounced = OutgoingDelivery.objects.get(state="bounced")
        assert (bounced.bounce_kind, bounced.error) == ("hard", "550 5.1.1 No such user here")
        assert SuppressedAddress.objects.get().address == bounced.recipient
        outcomes = IncomingMail.objects.values_list("outcome", flat=True)
        assert sorted(outcomes) == ["quarantined", "suppressed", "suppressed"]


def test_a_second_run_brings_no_mail(vacant: None) -> None:
    make(60)
    make(70)

    with account_context(Account.objects.get(slug="nordhem")):
        assert (Conversation.objects.count(), IncomingMail.objects.count()) == (70, 3)


def test_new_account_takes_mail(vacant: None) -> None:
    make()

    account = Account.objects.get(slug="nordhem")
    route = MailRoute.objects.get(address="support@nordhem.example")
    with account_context(account):
        mailbox = Mailbox.objects.get()
        assert (route.account_id, route.mailbox_id) == (account.id, mailbox.id)
        assert not Conversation.objects.exclude(mailbox_id=mailbox.id).exists()


def test_rerun_changes_nothing(vacant: None) -> None:
    make()

    report = make()

    assert report == DemoReport(is_new=False, written_count=0, conversation_count=40)
    with account_context(Account.objects.get(slug="nordhem")):
        assert Conversation.objects.count() == 40
        assert TeamMember.objects.count() == sum(len(one.teams) for one in load_demo_account("nordhem").cast)


def test_rerun_fills_up_to_the_count_with_other_conversations(vacant: None) -> None:
    make(40)

    report = make(100)

    assert report.written_count == 60
    with account_context(Account.objects.get(slug="nordhem")):
        starts = Conversation.objects.values_list("created_at", flat=True)
        assert len(starts) == 100
        assert Counter(starts).most_common(1)[0][1] == 1


def test_rerun_completes_an_account_that_lacks_people_teams_and_mailbox(nordhem: Account) -> None:
    with account_context(nordhem):
        assert not Agent.objects.filter(email="agent2@nordhem.example").exists()

    report = make(only_if_empty=True)

    assert report == DemoReport(is_new=False, written_count=40, conversation_count=40)
    with account_context(nordhem):
        assert Agent.objects.filter(email="agent2@nordhem.example").exists()
        assert Mailbox.objects.filter(address="support@nordhem.example").exists()
        # One that the account had is somebody's and stays.
        assert Team.objects.filter(slug="support").exists()


def test_only_if_empty_leaves_an_account_with_conversations_alone(nordhem: Account) -> None:
    make(10)
    Membership.objects.filter(account=nordhem, user__email="agent2@nordhem.example").update(is_active=False)

    report = make(40, only_if_empty=True)

    assert report == DemoReport(is_new=False, written_count=0, conversation_count=10)
    assert not Membership.objects.get(account=nordhem, user__email="agent2@nordhem.example").is_active


def test_failure_leaves_no_half_made_account(vacant: None, acme: Account) -> None:
    make_mailbox(acme, "support@nordhem.example")

    with platform_context(), pytest.raises(DomainTaken):
        make()

    assert not Account.objects.filter(slug="nordhem").exists()
    assert not User.objects.filter(email="admin@nordhem.example").exists()


def test_operator_signs_in_and_keeps_a_changed_password(database: None) -> None:
    make_demo_operator()
    operator = User.objects.get(email=DEMO_OPERATOR)
    assert operator.is_superuser
    assert authenticate(username=DEMO_OPERATOR, password=DEMO_PASSWORD) == operator

    operator.set_password("my own now")
    operator.save(update_fields=["password"])
    make_demo_operator()

    assert authenticate(username=DEMO_OPERATOR, password="my own now") == operator
