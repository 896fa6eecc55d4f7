"""Signing in with the API: tokens, their rotation, reuse and end."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import jwt
import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from pytest_django import Settings

from accounts.actions.members import remove_member
from accounts.models import Account, TokenFamily, User
from hummdesk.events.actor import Actor
from tests.accounts.api.clients import SIGN_IN, client_at, problem, sign_in
from tests.fixtures.cast import PASSWORD

REFRESH, REVOKE, ME = "/api/v1/auth/token/refresh", "/api/v1/auth/token/revoke", "/api/v1/me"


class CountingHasher(MD5PasswordHasher):
    """Counts the passwords that are hashed."""

    hashed_count = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).hashed_count += 1
        return super().encode(password, salt)


def test_sign_in_answers_tokens_account_and_user(agent: User, acme: Account) -> None:
    answer = client_at().post(SIGN_IN, {"email": agent.email.upper(), "password": PASSWORD, "account": "acme"})

    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access", "refresh", "account", "user"}
    assert body["account"] == {"id": str(acme.id), "slug": "acme", "name": "Acme"}
    assert body["user"] == {"id": str(agent.id), "name": agent.name, "email": agent.email, "role": "agent"}


def test_sign_in_tokens_carry_claims_and_lifetimes(agent: User, acme: Account) -> None:
    tokens = sign_in(agent)

    access = jwt.decode(tokens["access"], options={"verify_signature": False})
    refresh = jwt.decode(tokens["refresh"], options={"verify_signature": False})
    assert access["exp"] - access["iat"] == 15 * 60
    assert refresh["exp"] - refresh["iat"] == 14 * 24 * 3600
    assert (access["user_id"], access["account_id"], access["role"]) == (str(agent.id), str(acme.id), "agent")
    assert access["family"] == refresh["family"]


def test_sign_in_on_an_accounts_host_needs_no_account(agent: User) -> None:
    answer = client_at("acme.localhost").post(SIGN_IN, {"email": agent.email, "password": PASSWORD})

    assert answer.json()["account"]["slug"] == "acme"


def test_sign_in_naming_another_account_than_the_host_is_a_mismatch(agent: User, nordhem: Account) -> None:
    fields = {"email": agent.email, "password": PASSWORD, "account": "nordhem"}

    answer = client_at("acme.localhost").post(SIGN_IN, fields)

    assert problem(answer) == (403, "account_mismatch")


def test_sign_in_tells_all_refusals_alike(agent: User, stranger: User, leader: User) -> None:
    User.objects.filter(id=leader.id).update(is_active=False)
    attempts = [
        {"email": agent.email, "password": "wrong"},
        {"email": "nobody@acme.example", "password": PASSWORD},
        {"email": leader.email, "password": PASSWORD},
        {"email": stranger.email, "password": PASSWORD},
        {"email": agent.email, "password": PASSWORD, "account": "no-such-account"},
    ]

    answers = [client_at().post(SIGN_IN, {"account": "acme", **attempt}) for attempt in attempts]

    documents = [{**answer.json(), "request_id": ""} for answer in answers]
    assert problem(answers[0]) == (401, "not_authenticated")
    assert all(document == documents[0] for document in documents)
    assert not TokenFamily.objects.exists()


@pytest.mark.parametrize("email", ["agent@acme.example", "nobody@acme.example"])
def test_sign_in_hashes_one_password_whether_or_not_the_user_exists(
    acme: Account, settings: Settings, email: str
) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    CountingHasher.hashed_count = 0

    client_at().post(SIGN_IN, {"email": email, "password": "wrong", "account": "acme"})

    assert CountingHasher.hashed_count == 1


def test_sign_in_without_an_account_on_the_platform_names_the_field(agent: User) -> None:
    answer = client_at().post(SIGN_IN, {"email": agent.email, "password": PASSWORD})

    assert problem(answer) == (422, "validation_error")
    assert set(answer.json()["errors"]) == {"account"}


def test_sign_in_of_a_super_admin_is_on_the_platform(operator: User) -> None:
    body = sign_in(operator, account="")

    assert body["account"] is None
    assert body["user"]["role"] == "super_admin"


def test_sign_in_of_a_super_admin_has_no_place_in_an_account(operator: User) -> None:
    answer = client_at().post(SIGN_IN, {"email": operator.email, "password": PASSWORD, "account": "acme"})

    assert problem(answer) == (401, "not_authenticated")


@pytest.mark.parametrize("extra", [{"role": "account_admin"}, {"is_superuser": True}, {"account_id": "x"}])
def test_sign_in_refuses_unknown_fields(agent: User, extra: dict[str, object]) -> None:
    answer = client_at().post(SIGN_IN, {"email": agent.email, "password": PASSWORD, "account": "acme", **extra})

    assert problem(answer) == (422, "validation_error")
    assert set(answer.json()["errors"]) == set(extra)


def test_sign_in_is_throttled_by_email_over_all_hosts(agent: User) -> None:
    fields = {"email": agent.email, "password": "wrong"}
    for number in range(10):
        client_at("acme.localhost").post(SIGN_IN, fields, REMOTE_ADDR=f"192.0.2.{number}")

    answer = client_at("nordhem.localhost").post(SIGN_IN, fields, REMOTE_ADDR="192.0.2.99")

    assert problem(answer) == (429, "throttled")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer["X-RateLimit-Remaining"] == "0"


def test_sign_in_is_throttled_by_address_whatever_the_client_claims(acme: Account) -> None:
    for number in range(10):
        fields = {"email": f"user{number}@acme.example", "password": "wrong"}
        client_at("acme.localhost").post(SIGN_IN, fields, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")

    last = {"email": "last@acme.example", "password": "wrong"}
    answer = client_at("acme.localhost").post(SIGN_IN, last, HTTP_X_FORWARDED_FOR="198.51.100.1")

    assert problem(answer) == (429, "throttled")


def test_sign_in_works_without_redis(agent: User, settings: Settings) -> None:
    settings.CACHES = {
        **settings.CACHES,
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"},
    }

    body = sign_in(agent)

    assert body["access"]


def test_refresh_answers_a_new_pair_that_works(agent: User) -> None:
    tokens = sign_in(agent)

    answer = client_at().post(REFRESH, {"refresh": tokens["refresh"]})

    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}
    assert answer.json()["refresh"] != tokens["refresh"]
    assert client_at(token=answer.json()["access"]).get(ME).status_code == 200


def test_refresh_with_a_spent_token_ends_the_family(agent: User) -> None:
    tokens = sign_in(agent)
    renewed = client_at().post(REFRESH, {"refresh": tokens["refresh"]}).json()

    reused = client_at().post(REFRESH, {"refresh": tokens["refresh"]})

    assert problem(reused) == (401, "not_authenticated")
    assert problem(client_at().post(REFRESH, {"refresh": renewed["refresh"]})) == (401, "not_authenticated")
    assert problem(client_at(token=renewed["access"]).get(ME)) == (401, "not_authenticated")


def test_refresh_with_a_spent_token_leaves_other_sign_ins_alone(agent: User) -> None:
    tokens, others = sign_in(agent), sign_in(agent)
    client_at().post(REFRESH, {"refresh": tokens["refresh"]})

    client_at().post(REFRESH, {"refresh": tokens["refresh"]})

    assert client_at().post(REFRESH, {"refresh": others["refresh"]}).status_code == 200


@pytest.mark.usefixtures("committed")
def test_refresh_by_two_at_once_has_one_winner(agent: User) -> None:
    tokens = sign_in(agent)
    together = Barrier(2)

    def refresh(_number: int) -> int:
        together.wait()
        try:
            return int(client_at().post(REFRESH, {"refresh": tokens["refresh"]}).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        statuses = sorted(threads.map(refresh, range(2)))

    assert statuses == [200, 401]
    assert TokenFamily.objects.get().revoked_at is not None


def test_refresh_with_an_access_token_is_refused(agent: User) -> None:
    tokens = sign_in(agent)

    answer = client_at().post(REFRESH, {"refresh": tokens["access"]})

    assert problem(answer) == (401, "not_authenticated")


def test_refresh_on_another_accounts_host_is_a_mismatch_and_spends_nothing(agent: User, nordhem: Account) -> None:
    tokens = sign_in(agent)

    answer = client_at("nordhem.localhost").post(REFRESH, {"refresh": tokens["refresh"]})

    assert problem(answer) == (403, "account_mismatch")
    assert client_at().post(REFRESH, {"refresh": tokens["refresh"]}).status_code == 200


def test_refresh_of_a_removed_member_is_refused(agent: User, acme: Account) -> None:
    tokens = sign_in(agent)
    remove_member(account=acme, user_id=agent.id, actor=Actor.system())

    answer = client_at().post(REFRESH, {"refresh": tokens["refresh"]})

    assert problem(answer) == (403, "not_a_member")


def test_refresh_after_14_days_is_refused(agent: User) -> None:
    tokens = sign_in(agent)
    TokenFamily.objects.update(expires_at="2026-01-01T00:00Z")

    answer = client_at().post(REFRESH, {"refresh": tokens["refresh"]})

    assert problem(answer) == (401, "not_authenticated")


def test_revoke_ends_refresh_and_access(agent: User) -> None:
    tokens = sign_in(agent)

    answer = client_at().post(REVOKE, {"refresh": tokens["refresh"]})

    assert answer.status_code == 204
    assert problem(client_at().post(REFRESH, {"refresh": tokens["refresh"]})) == (401, "not_authenticated")
    assert problem(client_at(token=tokens["access"]).get(ME)) == (401, "not_authenticated")


def test_revoke_of_a_token_that_is_none_is_204(acme: Account) -> None:
    answer = client_at().post(REVOKE, {"refresh": "not-a-token"})

    assert answer.status_code == 204


@pytest.mark.parametrize("path", [SIGN_IN, REFRESH, REVOKE])
@pytest.mark.parametrize("body", ["{", "[]", '"text"', '{"email": 1, "password": [], "refresh": {}}', "\x00"])
def test_bad_bodies_are_client_errors(acme: Account, path: str, body: str) -> None:
    answer = client_at().post(path, body)

    assert problem(answer) in {(400, "parse_error"), (422, "validation_error")}
