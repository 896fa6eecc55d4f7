"""The caller, and personal tokens."""

from uuid import uuid4

from accounts.actions.add_member import add_member
from accounts.actions.members import remove_member
from accounts.enums import Role
from accounts.models import Account, ApiToken, User
from accounts.permissions import Permission
from hummdesk.events.actor import Actor
from tests.accounts.api.clients import client_at, problem, sign_in
from tests.fixtures.cast import ApiOf

ME, TOKENS = "/api/v1/me", "/api/v1/me/tokens"


def test_me_shows_user_role_permissions_and_account(api_of: ApiOf, agent: User, acme: Account) -> None:
    body = api_of(agent).get(ME).json()

    assert (body["id"], body["email"], body["role"]) == (str(agent.id), agent.email, "agent")
    assert body["permissions"] == [
        Permission.REPLY,
        Permission.VIEW_ANALYTICS_OWN,
        Permission.VIEW_CONVERSATIONS_ASSIGNED,
        Permission.VIEW_CONVERSATIONS_TEAM,
    ]
    assert body["account"]["id"] == str(acme.id)


def test_me_of_a_super_admin_is_on_the_platform(operator: User) -> None:
    body = client_at(token=sign_in(operator, account="")["access"]).get(ME).json()

    assert (body["role"], body["account"], body["permissions"]) == ("super_admin", None, [])


def test_personal_token_is_shown_once_and_stored_hashed(api_of: ApiOf, agent: User) -> None:
    api = api_of(agent)

    made = api.post(TOKENS, {"name": "CI"})

    assert made.status_code == 201
    key = made.json()["key"]
    assert key not in str(ApiToken.objects.values().get())
    assert [set(token) for token in api.get(TOKENS).json()["results"]] == [
        {"id", "name", "created_at", "last_used_at"}
    ]


def test_personal_token_signs_in_on_both_hosts(api_of: ApiOf, agent: User, acme: Account) -> None:
    key = api_of(agent).post(TOKENS, {"name": "CI"}).json()["key"]

    answers = [client_at(host, token=key, scheme="Token").get(ME) for host in ("acme.localhost", "localhost")]

    assert [answer.json()["account"]["id"] for answer in answers] == [str(acme.id)] * 2
    assert ApiToken.objects.get().last_used_at is not None


def test_personal_token_of_another_account_is_a_mismatch(api_of: ApiOf, agent: User, nordhem: Account) -> None:
    key = api_of(agent).post(TOKENS, {"name": "CI"}).json()["key"]
    add_member(account=nordhem, user=agent, role=Role.AGENT, actor=Actor.system())

    answer = client_at("nordhem.localhost", token=key, scheme="Token").get(ME)

    assert problem(answer) == (403, "account_mismatch")


def test_personal_token_makes_no_tokens(api_of: ApiOf, agent: User) -> None:
    key = api_of(agent).post(TOKENS, {"name": "CI"}).json()["key"]

    answer = client_at(token=key, scheme="Token").post(TOKENS, {"name": "another"})

    assert problem(answer) == (403, "permission_denied")
    assert ApiToken.objects.count() == 1


def test_revoked_token_is_refused(api_of: ApiOf, agent: User) -> None:
    api = api_of(agent)
    made = api.post(TOKENS, {"name": "CI"}).json()

    answer = api.delete(f"{TOKENS}/{made['id']}")

    assert answer.status_code == 204
    assert problem(client_at(token=made["key"], scheme="Token").get(ME)) == (401, "not_authenticated")
    assert api.get(TOKENS).json()["results"] == []


def test_token_of_somebody_else_is_not_found(api_of: ApiOf, agent: User, leader: User) -> None:
    made = api_of(leader).post(TOKENS, {"name": "CI"}).json()

    answers = [api_of(agent).delete(f"{TOKENS}/{id_}") for id_ in (made["id"], uuid4())]

    assert [problem(answer) for answer in answers] == [(404, "not_found")] * 2
    assert ApiToken.objects.get().revoked_at is None


def test_tokens_do_not_come_back_with_the_member(api_of: ApiOf, agent: User, acme: Account) -> None:
    key = api_of(agent).post(TOKENS, {"name": "CI"}).json()["key"]
    remove_member(account=acme, user_id=agent.id, actor=Actor.system())
    add_member(account=acme, user=agent, role=Role.AGENT, actor=Actor.system())

    answer = client_at(token=key, scheme="Token").get(ME)

    assert problem(answer) == (401, "not_authenticated")


def test_garbage_tokens_are_refused(acme: Account) -> None:
    answers = [client_at(token=token, scheme="Token").get(ME) for token in ("x", " ", "x" * 5000, "ÿ\x01")]

    assert {problem(answer) for answer in answers} == {(401, "not_authenticated")}
