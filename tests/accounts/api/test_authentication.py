"""Who a request is from: tokens good and bad, sessions, and the account they put in force."""

from datetime import timedelta
from uuid import uuid4

import jwt
import pytest
from django.conf import settings
from django.utils import timezone

from accounts.actions.members import change_role, remove_member
from accounts.enums import AccountStatus, Role
from accounts.models import Account, User
from hummdesk.events.actor import Actor
from hummdesk.tenancy.context import current_schema
from tests.accounts.api.clients import client_at, problem, sign_in
from tests.fixtures.cast import ClientOf

ME, USERS, TICKET = "/api/v1/me", "/api/v1/users", "/api/v1/auth/ws-ticket"


def _claims(token: str) -> dict[str, object]:
    claims: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    return claims


def _signed(claims: dict[str, object], key: str = settings.SECRET_KEY, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key, algorithm=algorithm)


def test_anonymous_is_asked_for_a_bearer_token(acme: Account) -> None:
    answer = client_at("acme.localhost").get(ME)

    assert problem(answer) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_token_puts_its_account_in_force_on_the_platform(agent: User, acme: Account) -> None:
    tokens = sign_in(agent)

    answer = client_at(token=tokens["access"]).get(ME)

    assert answer.json()["account"]["id"] == str(acme.id)
    assert current_schema() == acme.schema_name


def test_token_of_another_account_on_a_host_is_a_mismatch(stranger: User, acme: Account) -> None:
    tokens = sign_in(stranger, "nordhem")

    answer = client_at("acme.localhost", token=tokens["access"]).get(ME)

    assert problem(answer) == (403, "account_mismatch")


def test_token_of_a_super_admin_on_an_accounts_host_is_a_mismatch(operator: User) -> None:
    tokens = sign_in(operator, account="")

    answer = client_at("acme.localhost", token=tokens["access"]).get(ME)

    assert problem(answer) == (403, "account_mismatch")


def test_expired_token_is_refused(agent: User) -> None:
    claims = _claims(sign_in(agent)["access"])
    expired = _signed({**claims, "exp": timezone.now() - timedelta(seconds=1)})

    answer = client_at(token=expired).get(ME)

    assert problem(answer) == (401, "not_authenticated")


def test_forged_tokens_are_refused(agent: User) -> None:
    good = sign_in(agent)["access"]
    claims = _claims(good)
    header, payload, signature = good.split(".")
    forged = [
        _signed(claims, key="another-key-of-at-least-32-bytes-length"),
        jwt.encode(claims, None, algorithm="none"),  # type: ignore[arg-type]
        f"{header}.{payload}.",
        f"{header}.{payload}.{signature[::-1]}",
        "garbage",
        "a.b.c",
        "",
        "two words",
        "\xff",
    ]

    answers = [
        client_at(token=token).get(ME) if token else client_at().get(ME, headers={"authorization": "Bearer"})
        for token in forged
    ]

    assert {problem(answer) for answer in answers} == {(401, "not_authenticated")}
    assert all(answer["WWW-Authenticate"] == "Bearer" for answer in answers)


@pytest.mark.parametrize(
    "change",
    [{"user_id": "x"}, {"account_id": 7}, {"family": None}, {"family": str(uuid4())}, {"token_type": "refresh"}],
)
def test_signed_token_with_wrong_claims_is_refused(agent: User, change: dict[str, object]) -> None:
    claims = _claims(sign_in(agent)["access"])

    answer = client_at(token=_signed({**claims, **change})).get(ME)

    assert problem(answer) == (401, "not_authenticated")


def test_refresh_token_is_no_access_token(agent: User) -> None:
    tokens = sign_in(agent)

    answer = client_at(token=tokens["refresh"]).get(ME)

    assert problem(answer) == (401, "not_authenticated")


def test_member_removed_meanwhile_is_not_a_member(agent: User, acme: Account) -> None:
    tokens = sign_in(agent)
    remove_member(account=acme, user_id=agent.id, actor=Actor.system())

    answer = client_at(token=tokens["access"]).get(ME)

    assert problem(answer) == (403, "not_a_member")


def test_user_switched_off_meanwhile_is_not_a_member(agent: User) -> None:
    tokens = sign_in(agent)
    User.objects.filter(id=agent.id).update(is_active=False)

    answer = client_at(token=tokens["access"]).get(ME)

    assert problem(answer) == (403, "not_a_member")


def test_account_suspended_meanwhile_has_no_members(agent: User, acme: Account) -> None:
    tokens = sign_in(agent)
    Account.objects.filter(id=acme.id).update(status=AccountStatus.SUSPENDED)

    answer = client_at(token=tokens["access"]).get(ME)

    assert problem(answer) == (403, "not_a_member")
    assert client_at("acme.localhost", token=tokens["access"]).get(ME).status_code == 404


def test_role_is_read_from_the_membership_not_from_the_token(leader: User, admin: User, acme: Account) -> None:
    tokens = sign_in(admin)
    change_role(account=acme, user_id=leader.id, role=Role.ACCOUNT_ADMIN, actor=Actor.system())
    change_role(account=acme, user_id=admin.id, role=Role.AGENT, actor=Actor.system())

    answer = client_at(token=tokens["access"]).get(USERS)

    assert problem(answer) == (403, "permission_denied")


def test_session_of_the_host_serves_too(agent: User, client_of: ClientOf) -> None:
    answer = client_of(agent).get(ME)

    assert answer.json()["id"] == str(agent.id)


def test_session_of_another_accounts_user_is_not_a_member(stranger: User, client_of: ClientOf) -> None:
    answer = client_of(stranger).get(ME)

    assert problem(answer) == (403, "not_a_member")


def test_session_needs_a_csrf_token_to_post(agent: User, client_of: ClientOf) -> None:
    client = client_of(agent)
    client.handler.enforce_csrf_checks = True

    answer = client.post(TICKET, content_type="application/json")

    assert problem(answer) == (403, "permission_denied")


def test_session_on_the_platform_has_no_account(agent: User, client_of: ClientOf) -> None:
    answer = client_of(agent, at=None).get(USERS)

    assert problem(answer) == (403, "permission_denied")


def test_rate_limit_is_told(agent: User) -> None:
    client = client_at(token=sign_in(agent)["access"])

    first, second = client.get(ME), client.get(ME)

    assert first["X-RateLimit-Limit"] == "600"
    assert int(first["X-RateLimit-Remaining"]) - int(second["X-RateLimit-Remaining"]) == 1
    assert int(second["X-RateLimit-Reset"]) > timezone.now().timestamp()
