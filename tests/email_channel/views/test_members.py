"""People: who is in the account, who is invited, and what their admins do about it."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.actions.add_member import add_member
from accounts.actions.invitations import invite_member
from accounts.actions.members import remove_member
from accounts.enums import Role
from accounts.models import Account, Invitation, Membership, User
from email_channel.enums import SendState
from email_channel.provider.models import SystemMail
from hummdesk.events.actor import Actor
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import platform_context
from teams.models import Agent
from tests.factories import make_team, make_user
from tests.fixtures.cast import ClientOf

PEOPLE = "/settings/people"
NEW = {"email": "New@People.example", "role": "team_leader"}


@pytest.fixture
def kept_mail(settings: Settings) -> None:
    """Mail is queued as in production, not put into memory."""
    settings.EMAIL_BACKEND = "email_channel.system_mail.SystemMailBackend"


def person(user: User) -> str:
    return f"{PEOPLE}/{user.id}"


def test_only_who_manages_users_finds_the_pages(client_of: ClientOf, admin: User, leader: User, agent: User) -> None:
    for user in (agent, leader):
        assert {client_of(user).get(url).status_code for url in (PEOPLE, person(admin))} == {403}
        assert client_of(user).post(PEOPLE, NEW).status_code == 403
        assert client_of(user).post(f"{person(agent)}/switch-off").status_code == 403
        assert PEOPLE not in client_of(user).get("/settings/profile").text

    assert PEOPLE in client_of(admin).get("/settings/profile").text
    assert not Invitation.objects.exists()


def test_people_are_listed_with_those_who_were_here(
    client_of: ClientOf, acme: Account, admin: User, agent: User, stranger: User
) -> None:
    remove_member(account=acme, user_id=agent.id, actor=Actor.system())

    page = client_of(admin).get(PEOPLE).text

    assert all(text in page for text in (admin.email, agent.email, "Team leader", "Switched off"))
    assert stranger.email not in page


def test_list_takes_the_same_queries_for_few_and_many(client_of: ClientOf, admin: User, acme: Account) -> None:
    client = client_of(admin)
    invite_member(account=acme, email="one@people.example", role=Role.AGENT, by=admin)
    with CaptureQueriesContext(connection) as few:
        client.get(PEOPLE)
    Membership.objects.bulk_create(Membership(user=make_user(), account=acme) for _number in range(20))
    for number in range(5):
        invite_member(account=acme, email=f"more-{number}@people.example", role=Role.AGENT, by=admin)

    with CaptureQueriesContext(connection) as many:
        client.get(PEOPLE)

    assert len(few) == len(many)


@pytest.mark.parametrize("is_htmx", [True, False])
def test_somebody_is_invited(client_of: ClientOf, admin: User, is_htmx: bool) -> None:
    client = client_of(admin)

    answer = client.post(PEOPLE, NEW, headers={"HX-Request": "true", "HX-Target": "invite-form"} if is_htmx else {})

    assert answer.get("HX-Redirect" if is_htmx else "Location") == PEOPLE
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.invited_by) == ("new@people.example", "team_leader", admin)
    assert mail.outbox[0].to == ["new@people.example"]
    page = client.get(PEOPLE).text
    assert "new@people.example" in page
    assert "Invited" in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"email": "nobody"}, "valid email"),
        ({"email": "a@exämple.com"}, "without accents"),
        ({"role": "super_admin"}, "valid choice"),
        ({"email": "agent@acme.example"}, "a member already"),
    ],
)
def test_wrong_invitation_is_shown_again(
    client_of: ClientOf, admin: User, agent: User, given: dict[str, str], words: str
) -> None:
    answer = client_of(admin).post(PEOPLE, NEW | given, headers={"HX-Request": "true", "HX-Target": "invite-form"})

    assert answer.status_code == 422
    assert words in answer.text
    assert answer.text.lstrip().startswith("<form")
    assert (Invitation.objects.count(), len(mail.outbox)) == (0, 0)


@pytest.mark.parametrize("state", [SendState.BOUNCED, SendState.FAILED, SendState.SUPPRESSED])
def test_lost_invitation_says_so_until_it_is_sent_again(
    kept_mail: None, client_of: ClientOf, admin: User, state: SendState
) -> None:
    client = client_of(admin)
    client.post(PEOPLE, NEW)
    with platform_context():
        SystemMail.objects.update(state=state, error="No such user.")

    lost = client.get(PEOPLE).text
    client.post(f"{PEOPLE}/invitations/{Invitation.objects.get().id}/send")
    again = client.get(PEOPLE).text

    assert str(state.label) in lost
    assert "Not every mail arrived." in lost
    assert "No such user." in lost
    assert "Not every mail arrived" not in again
    assert str(SendState.QUEUED.label) in again
    assert Invitation.objects.get().role == "team_leader"


def test_bounce_of_another_mail_to_the_address_is_not_the_invitations(
    kept_mail: None, client_of: ClientOf, acme: Account, nordhem: Account, admin: User
) -> None:
    for account in (nordhem, acme):
        invite_member(account=account, email="new@people.example", role=Role.AGENT, by=None)
    theirs = Invitation.objects.get(account=nordhem)
    with platform_context():
        SystemMail.objects.filter(message_id=theirs.message_id).update(state=SendState.BOUNCED)

    assert "Not every mail arrived" not in client_of(admin).get(PEOPLE).text


def test_expired_invitation_can_be_sent_again(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)
    client.post(PEOPLE, NEW)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(hours=1))

    assert "Expired" in client.get(PEOPLE).text
    client.post(f"{PEOPLE}/invitations/{Invitation.objects.get().id}/send")

    assert Invitation.objects.get().expires_at > timezone.now()
    assert len(mail.outbox) == 2


def test_invitation_is_withdrawn(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)
    client.post(PEOPLE, NEW)
    url = f"{PEOPLE}/invitations/{Invitation.objects.get().id}/withdraw"

    assert client.post(url).status_code == 303

    assert not Invitation.objects.exists()
    assert client.post(url).status_code == 404


def test_role_is_changed(client_of: ClientOf, admin: User, agent: User, acme: Account) -> None:
    client = client_of(admin)

    answer = client.post(person(agent), {"role": "team_leader"})

    assert (answer.status_code, answer["Location"]) == (303, PEOPLE)
    assert Membership.objects.get(user=agent, account=acme).role == Role.TEAM_LEADER
    assert LoggedEvent.objects.filter(type="MemberRoleChanged").count() == 1
    assert client.post(person(agent), {"role": "owner"}).status_code == 422


def test_last_admin_stays_one(client_of: ClientOf, admin: User, acme: Account) -> None:
    client = client_of(admin)

    demoted = client.post(person(admin), {"role": "agent"})
    removed = client.post(f"{person(admin)}/switch-off", follow=True)

    assert demoted.status_code == 422
    for answer in (demoted, removed):
        assert "the last admin of the account" in answer.text
    membership = Membership.objects.get(user=admin, account=acme)
    assert (membership.role, membership.is_active) == (Role.ACCOUNT_ADMIN, True)


def test_admin_who_becomes_an_agent_goes_on_elsewhere(
    client_of: ClientOf, admin: User, leader: User, acme: Account
) -> None:
    client = client_of(admin)
    client.post(person(leader), {"role": "account_admin"})

    answer = client.post(person(admin), {"role": "agent"}, follow=True)

    assert answer.status_code == 200
    assert client.get(PEOPLE).status_code == 403


def test_somebody_is_switched_off_and_on_again(client_of: ClientOf, admin: User, agent: User, acme: Account) -> None:
    client = client_of(admin)

    off = client.post(f"{person(agent)}/switch-off", follow=True)
    assert "is switched off." in off.text
    assert not Agent.objects.get(user=agent).is_active
    assert client_of(agent).get("/inbox").status_code == 403

    on = client.post(f"{person(agent)}/switch-on", follow=True)
    assert "is here again." in on.text
    membership = Membership.objects.get(user=agent, account=acme)
    assert (membership.is_active, membership.role) == (True, Role.AGENT)
    assert LoggedEvent.objects.filter(type="MemberAdded", data__user_id=str(agent.id)).exists()
    assert "a member already" in client.post(f"{person(agent)}/switch-on", follow=True).text


def test_nobody_who_never_was_here_is_let_in(
    client_of: ClientOf, admin: User, stranger: User, nordhem: Account, acme: Account
) -> None:
    client = client_of(admin)
    theirs = invite_member(account=nordhem, email="new@people.example", role=Role.AGENT, by=None)

    for url in (person(stranger), f"{PEOPLE}/{uuid4()}"):
        assert client.get(url).status_code == 404
        for deed in ("switch-on", "switch-off"):
            assert client.post(f"{url}/{deed}").status_code == 404
    for deed in ("send", "withdraw"):
        assert client.post(f"{PEOPLE}/invitations/{theirs.id}/{deed}").status_code == 404

    assert not Membership.objects.filter(user=stranger, account=acme).exists()
    assert Invitation.objects.get() == theirs


def test_pages_of_agents_and_teams_lead_there(client_of: ClientOf, admin: User, agent: User, acme: Account) -> None:
    client = client_of(admin)

    full, empty = make_team(agents=list(Agent.objects.filter(is_active=True))), make_team()

    for url, leads_there in (("agents", True), (f"teams/{full.id}", True), (f"teams/{empty.id}", False)):
        page = client.get(f"/settings/{url}").text
        assert bool(re.search(rf'class="link" href="{PEOPLE}"', page)) == leads_there
    assert f"/settings/agents/{agent.id}" in client.get(person(agent)).text


def test_user_of_two_accounts_is_switched_off_in_one(
    client_of: ClientOf, admin: User, agent: User, nordhem: Account
) -> None:
    add_member(account=nordhem, user=agent, role=Role.AGENT, actor=Actor.system())

    client_of(admin).post(f"{person(agent)}/switch-off")

    assert Membership.objects.get(user=agent, account=nordhem).is_active
