"""The people of an account in the API."""

from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Account, Invitation, Membership, User
from accounts.queries import active_membership
from hummdesk.events.models import LoggedEvent
from tests.accounts.api.clients import problem
from tests.factories import make_user
from tests.fixtures.cast import ApiOf

USERS = "/api/v1/users"


def _events() -> list[str]:
    return list(LoggedEvent.objects.order_by("seq").values_list("type", flat=True))[-1:]


@pytest.mark.parametrize("role", ["leader", "agent"])
@pytest.mark.parametrize("call", ["get", "post", "patch", "delete"])
def test_users_are_for_who_may_manage_them(
    request: pytest.FixtureRequest, api_of: ApiOf, admin: User, role: str, call: str
) -> None:
    path = f"{USERS}/{admin.id}" if call in ("patch", "delete") else USERS

    answer = getattr(api_of(request.getfixturevalue(role)), call)(path)

    assert problem(answer) == (403, "permission_denied")


def test_list_users_shows_active_members_only(api_of: ApiOf, admin: User, agent: User, acme: Account) -> None:
    Membership.objects.filter(user=agent).update(is_active=False)

    answer = api_of(admin).get(USERS)

    people = answer.json()["results"]
    assert {person["email"] for person in people} == {"admin@acme.example", "leader@acme.example"}
    assert {person["state"] for person in people} == {"active"}


def test_list_users_pages_by_keyset(api_of: ApiOf, admin: User) -> None:
    api = api_of(admin)

    first = api.get(f"{USERS}?limit=2").json()
    second = api.get(first["next"]).json()

    assert (len(first["results"]), len(second["results"])) == (2, 1)
    assert second["next"] is None


def test_list_users_takes_the_same_queries_for_3_and_30(api_of: ApiOf, admin: User, acme: Account) -> None:
    api = api_of(admin)
    with CaptureQueriesContext(connection) as few:
        api.get(USERS)
    Membership.objects.bulk_create(Membership(user=make_user(), account=acme) for _number in range(27))

    with CaptureQueriesContext(connection) as many:
        answer = api.get(USERS)

    assert len(answer.json()["results"]) == 30
    assert len(few) == len(many)


def test_invite_sends_a_link_to_the_primary_domain(api_of: ApiOf, admin: User, acme: Account) -> None:
    answer = api_of(admin).post(USERS, {"email": "New@People.example", "role": "team_leader"})

    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["email"], body["role"], body["state"]) == ("new@people.example", "team_leader", "invited")
    assert f"http://acme.localhost{settings.PUBLIC_PORT}/account/invitation?token=" in mail.outbox[0].body
    assert mail.outbox[0].to == ["new@people.example"]
    assert not User.objects.filter(email="new@people.example").exists()


def test_invite_of_a_platform_user_adds_nobody_before_acceptance(
    api_of: ApiOf, admin: User, stranger: User, acme: Account
) -> None:
    answer = api_of(admin).post(USERS, {"email": stranger.email})

    assert answer.status_code == 201
    assert active_membership(stranger, acme) is None


def test_invite_again_voids_the_first_link(api_of: ApiOf, admin: User, acme: Account) -> None:
    api = api_of(admin)
    first = api.post(USERS, {"email": "new@people.example"})
    before = Invitation.objects.get().token_hash

    second = api.post(USERS, {"email": "new@people.example", "role": "account_admin"})

    invitation = Invitation.objects.get()
    assert (first.status_code, second.status_code) == (201, 201)
    assert (invitation.role, invitation.token_hash != before) == (Role.ACCOUNT_ADMIN, True)


def test_invite_of_a_member_is_a_conflict(api_of: ApiOf, admin: User, agent: User) -> None:
    answer = api_of(admin).post(USERS, {"email": agent.email.upper()})

    assert problem(answer) == (409, "conflict")
    assert mail.outbox == []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"email": "nobody"},
        {"email": "a@exämple.com"},
        {"email": "a@b.example\r\nBcc: c@d.example"},
        {"email": "a@b.example", "role": "super_admin"},
        {"email": "a@b.example", "is_superuser": True},
        {"email": "a@b.example", "account": "nordhem"},
    ],
)
def test_invite_refuses_bad_fields(api_of: ApiOf, admin: User, fields: dict[str, object]) -> None:
    answer = api_of(admin).post(USERS, fields)

    assert problem(answer) == (422, "validation_error")
    assert (Invitation.objects.count(), len(mail.outbox)) == (0, 0)


def test_change_role_takes_effect_and_is_logged(api_of: ApiOf, admin: User, agent: User, acme: Account) -> None:
    answer = api_of(admin).patch(f"{USERS}/{agent.id}", {"role": "team_leader"}, content_type="application/json")

    assert answer.json()["role"] == "team_leader"
    event = LoggedEvent.objects.latest("seq")
    assert (event.type, event.data["role_before"], event.data["role"]) == ("MemberRoleChanged", "agent", "team_leader")


def test_change_of_the_last_admin_is_a_conflict(api_of: ApiOf, admin: User, acme: Account) -> None:
    answer = api_of(admin).patch(f"{USERS}/{admin.id}", {"role": "agent"}, content_type="application/json")

    assert problem(answer) == (409, "conflict")
    membership = active_membership(admin, acme)
    assert membership is not None
    assert membership.role == Role.ACCOUNT_ADMIN


@pytest.mark.parametrize(
    "extra", [{"email": "x@y.example"}, {"is_superuser": True}, {"account_id": "x"}, {"name": "X"}]
)
def test_change_refuses_other_fields(api_of: ApiOf, admin: User, agent: User, extra: dict[str, object]) -> None:
    changes = {"role": "account_admin", **extra}

    answer = api_of(admin).patch(f"{USERS}/{agent.id}", changes, content_type="application/json")

    assert problem(answer) == (422, "validation_error")
    assert Membership.objects.get(user=agent).role == Role.AGENT


@pytest.mark.parametrize("call", ["patch", "delete"])
def test_people_of_other_accounts_are_not_found(
    api_of: ApiOf, admin: User, stranger: User, nordhem: Account, call: str
) -> None:
    calls = {"patch": ({"role": "agent"},), "delete": ()}

    api = api_of(admin)
    options = {"content_type": "application/json"}
    answers = [getattr(api, call)(f"{USERS}/{id_}", *calls[call], **options) for id_ in (stranger.id, uuid4())]

    assert [problem(answer) for answer in answers] == [(404, "not_found")] * 2
    assert active_membership(stranger, nordhem) is not None


def test_remove_ends_the_membership_and_keeps_the_row(api_of: ApiOf, admin: User, agent: User, acme: Account) -> None:
    answer = api_of(admin).delete(f"{USERS}/{agent.id}")

    assert answer.status_code == 204
    assert Membership.objects.get(user=agent).is_active is False
    assert LoggedEvent.objects.filter(type="MemberRemoved").count() == 1


def test_remove_of_the_last_admin_is_a_conflict(api_of: ApiOf, admin: User, acme: Account) -> None:
    answer = api_of(admin).delete(f"{USERS}/{admin.id}")

    assert problem(answer) == (409, "conflict")
    assert active_membership(admin, acme) is not None


def test_remove_by_an_invitations_id_withdraws_it(api_of: ApiOf, admin: User) -> None:
    api = api_of(admin)
    invitation_id = api.post(USERS, {"email": "new@people.example"}).json()["id"]
    listed = api.get(f"{USERS}?state=invited").json()["results"]

    answer = api.delete(f"{USERS}/{invitation_id}")

    assert [person["id"] for person in listed] == [invitation_id]
    assert answer.status_code == 204
    assert not Invitation.objects.exists()
