"""Answering an invitation."""

import re

import pytest
from django.core import mail

from accounts.actions.invitations import invite_member
from accounts.enums import Role
from accounts.models import Account, Invitation, Membership, User
from accounts.queries import active_membership
from hummdesk.events.models import LoggedEvent
from tests.fixtures.cast import PASSWORD, ClientOf

INVITATION = "/account/invitation"
EMAIL = "new@people.example"
NEW_USER = {"name": "Aino Uusi", "password": "a-long-enough-password"}


def _token(index: int = -1) -> str:
    found = re.search(r"token=(\S+)", str(mail.outbox[index].body))
    assert found
    return found[1]


@pytest.fixture
def token(acme: Account, admin: User) -> str:
    """The secret in the mail of an invitation to acme."""
    invite_member(account=acme, email=EMAIL, role=Role.TEAM_LEADER, by=admin)
    return _token()


def test_looking_asks_for_name_and_password_and_spends_nothing(client_of: ClientOf, token: str) -> None:
    answer = client_of(None).get(INVITATION, {"token": token})

    assert answer.status_code == 200
    assert list(answer.context["form"].fields) == ["name", "password"]
    assert Invitation.objects.get().accepted_at is None


def test_accepting_makes_the_user_a_member_and_signs_in(client_of: ClientOf, token: str, acme: Account) -> None:
    client = client_of(None)

    answer = client.post(INVITATION, {"token": token, **NEW_USER})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    user = User.objects.get(email=EMAIL)
    membership = active_membership(user, acme)
    assert membership is not None
    assert (user.name, membership.role) == ("Aino Uusi", Role.TEAM_LEADER)
    assert LoggedEvent.objects.latest("seq").type == "MemberAdded"
    assert client.get("/inbox").status_code == 200


def test_accepting_with_a_weak_password_asks_again(client_of: ClientOf, token: str) -> None:
    answer = client_of(None).post(INVITATION, {"token": token, "name": "Aino Uusi", "password": "short"})

    assert answer.status_code == 422
    assert "password" in answer.context["form"].errors
    assert not User.objects.filter(email=EMAIL).exists()


@pytest.mark.parametrize("fields", [{"name": "", "password": ""}, {}, {"name": "x" * 121, "password": "p" * 2000}])
def test_accepting_without_name_and_password_asks_again(
    client_of: ClientOf, token: str, fields: dict[str, str]
) -> None:
    answer = client_of(None).post(INVITATION, {"token": token, **fields})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name", "password"}


def test_accepting_works_once(client_of: ClientOf, token: str) -> None:
    client_of(None).post(INVITATION, {"token": token, **NEW_USER})

    answer = client_of(None).post(INVITATION, {"token": token, **NEW_USER})

    assert answer.status_code == 403
    assert Membership.objects.filter(user__email=EMAIL).count() == 1


def test_expired_invitation_is_refused(client_of: ClientOf, token: str) -> None:
    Invitation.objects.update(expires_at="2026-01-01T00:00Z")

    answers = [
        client_of(None).get(INVITATION, {"token": token}),
        client_of(None).post(INVITATION, {"token": token, **NEW_USER}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not User.objects.filter(email=EMAIL).exists()


def test_invitation_on_another_accounts_host_is_refused(client_of: ClientOf, token: str, nordhem: Account) -> None:
    answer = client_of(None, at=nordhem).post(INVITATION, {"token": token, **NEW_USER})

    assert answer.status_code == 403
    assert Invitation.objects.get().accepted_at is None


def test_invitation_on_the_platform_is_not_found(client_of: ClientOf, token: str) -> None:
    assert client_of(None, at=None).get(INVITATION, {"token": token}).status_code == 404


@pytest.mark.parametrize(
    "spoil", [str.upper, str.swapcase, lambda _t: "", lambda _t: " ", lambda t: f"{t} ", lambda t: t[:-1]]
)
def test_almost_the_token_is_refused(client_of: ClientOf, token: str, spoil: object) -> None:
    answer = client_of(None).post(INVITATION, {"token": spoil(token), **NEW_USER})  # type: ignore[operator]

    assert answer.status_code == 403


def test_earlier_link_is_void_after_a_second_invitation(client_of: ClientOf, token: str, acme: Account) -> None:
    invite_member(account=acme, email=EMAIL, role=Role.AGENT, by=None)

    assert client_of(None).get(INVITATION, {"token": token}).status_code == 403
    assert client_of(None).get(INVITATION, {"token": _token()}).status_code == 200


def test_existing_user_joins_without_getting_in(client_of: ClientOf, acme: Account, stranger: User) -> None:
    invite_member(account=acme, email=stranger.email, role=Role.AGENT, by=None)
    client = client_of(None)

    answer = client.post(INVITATION, {"token": _token(), "name": "Changed", "password": "taken-over-password"})

    assert answer["Location"] == "/account/login/"
    assert active_membership(stranger, acme) is not None
    stranger.refresh_from_db()
    assert stranger.check_password(PASSWORD)
    assert stranger.name != "Changed"
    assert client.get("/inbox").status_code == 302


def test_user_who_is_switched_off_can_not_join(client_of: ClientOf, acme: Account, stranger: User) -> None:
    User.objects.filter(id=stranger.id).update(is_active=False)
    invite_member(account=acme, email=stranger.email, role=Role.AGENT, by=None)

    answer = client_of(None).post(INVITATION, {"token": _token()})

    assert answer.status_code == 403
    assert not Membership.objects.filter(user=stranger, account=acme).exists()
