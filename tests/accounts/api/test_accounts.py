"""Accounts in the API."""

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Account, Invitation, Membership, User
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import account_context
from tests.accounts.api.clients import client_at, problem, sign_in
from tests.fixtures.cast import ApiClient, ApiOf

ACCOUNTS = "/api/v1/accounts"
NEW = {
    "name": "Lumi Oy",
    "slug": "lumi",
    "timezone": "Europe/Helsinki",
    "language": "fi",
    "admin_email": "a@lumi.example",
}


@pytest.fixture
def operator_api(operator: User) -> ApiClient:
    """An API client of a super_admin on the platform."""
    return client_at(token=sign_in(operator, account="")["access"])


def test_create_account_makes_schema_and_invites_a_new_admin(operator_api: ApiClient, operator: User) -> None:
    answer = operator_api.post(ACCOUNTS, NEW)

    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["slug"], body["host"], body["language"]) == ("lumi", "lumi.localhost", "fi")
    account = Account.objects.get(id=body["id"])
    with account_context(account):
        assert LoggedEvent.objects.get().type == "AccountCreated"
    invitation = Invitation.objects.get(account=account)
    assert (invitation.email, invitation.role, invitation.invited_by) == ("a@lumi.example", "account_admin", operator)
    assert mail.outbox[0].to == ["a@lumi.example"]
    assert f"http://lumi.localhost{settings.PUBLIC_PORT}/account/invitation?token=" in mail.outbox[0].body


def test_create_account_takes_an_existing_user_as_admin_at_once(operator_api: ApiClient, agent: User) -> None:
    answer = operator_api.post(ACCOUNTS, {**NEW, "admin_email": agent.email.upper()})

    membership = Membership.objects.get(account_id=answer.json()["id"])
    assert (membership.user, membership.role) == (agent, Role.ACCOUNT_ADMIN)
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("slug", "-lumi"),
        ("slug", "Lumi Oy"),
        ("slug", "api"),
        ("slug", "l" * 41),
        ("timezone", "Europe/Nowhere"),
        ("language", "tlh"),
        ("admin_email", "nobody"),
        ("admin_email", "a@exämple.com"),
        ("schema_name", "account_acme"),
    ],
)
def test_create_account_refuses_bad_fields_and_makes_nothing(operator_api: ApiClient, field: str, value: str) -> None:
    answer = operator_api.post(ACCOUNTS, {**NEW, field: value})

    assert problem(answer) == (422, "validation_error")
    assert set(answer.json()["errors"]) == {field}
    assert Account.objects.count() == 2


def test_create_account_with_a_taken_slug_is_a_conflict(operator_api: ApiClient) -> None:
    answer = operator_api.post(ACCOUNTS, {**NEW, "slug": "acme"})

    assert problem(answer) == (409, "conflict")
    assert Account.objects.count() == 2


def test_create_account_again_with_the_same_key_answers_the_same(operator_api: ApiClient) -> None:
    first = operator_api.post(ACCOUNTS, NEW, HTTP_IDEMPOTENCY_KEY="lumi-1")
    second = operator_api.post(ACCOUNTS, NEW, HTTP_IDEMPOTENCY_KEY="lumi-1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("role", ["admin", "leader", "agent"])
def test_create_account_is_for_super_admins(request: pytest.FixtureRequest, api_of: ApiOf, role: str) -> None:
    answer = api_of(request.getfixturevalue(role)).post(ACCOUNTS, NEW)

    assert problem(answer) == (403, "permission_denied")
    assert Account.objects.count() == 2


def test_list_accounts_shows_all_to_a_super_admin(operator_api: ApiClient) -> None:
    answer = operator_api.get(ACCOUNTS)

    assert {account["slug"] for account in answer.json()["results"]} == {"acme", "nordhem"}


def test_list_accounts_shows_an_admin_the_own_one(api_of: ApiOf, admin: User) -> None:
    answer = api_of(admin).get(ACCOUNTS)

    assert [account["slug"] for account in answer.json()["results"]] == ["acme"]


def test_list_accounts_is_refused_to_agents(api_of: ApiOf, agent: User) -> None:
    answer = api_of(agent).get(ACCOUNTS)

    assert problem(answer) == (403, "permission_denied")


def test_list_accounts_takes_the_same_queries_for_one_and_for_more(operator_api: ApiClient) -> None:
    with CaptureQueriesContext(connection) as one:
        operator_api.get(f"{ACCOUNTS}?limit=1")
    with CaptureQueriesContext(connection) as more:
        operator_api.get(f"{ACCOUNTS}?limit=2")

    assert len(one) == len(more)


def test_get_account_of_another_is_not_found(api_of: ApiOf, admin: User, nordhem: Account) -> None:
    answer = api_of(admin).get(f"{ACCOUNTS}/{nordhem.id}")

    assert problem(answer) == (404, "not_found")


def test_change_account_merges_branding_and_settings(api_of: ApiOf, admin: User, acme: Account) -> None:
    Account.objects.filter(id=acme.id).update(branding={"primary_color": "#112233", "logo_url": "https://x.example/l"})
    changes = {"name": "Acme 2", "branding": {"logo_url": None, "accent_color": "#00ff00"}, "settings": {"csat": True}}

    answer = api_of(admin).patch(f"{ACCOUNTS}/{acme.id}", changes, content_type="application/json")

    assert answer.status_code == 200, answer.content
    acme.refresh_from_db()
    assert acme.name == "Acme 2"
    assert acme.branding == {"primary_color": "#112233", "accent_color": "#00ff00"}
    assert acme.settings == {"csat": True, "undo_send_s": 0}
    event = LoggedEvent.objects.latest("seq")
    assert (event.type, event.data["fields"], event.actor_id) == ("AccountChanged", "branding,name,settings", admin.id)


def test_change_account_with_a_stale_version_is_a_conflict(api_of: ApiOf, admin: User, acme: Account) -> None:
    api = api_of(admin)
    version = api.get(f"{ACCOUNTS}/{acme.id}").json()["version"]
    fresh = api.patch(f"{ACCOUNTS}/{acme.id}", {"name": "First", "version": version}, content_type="application/json")

    stale = api.patch(f"{ACCOUNTS}/{acme.id}", {"name": "Second", "version": version}, content_type="application/json")

    assert fresh.json()["version"] == version + 1
    assert problem(stale) == (409, "conflict")
    acme.refresh_from_db()
    assert acme.name == "First"


@pytest.mark.parametrize(
    "changes",
    [
        {"branding": {"logo_url": "javascript:alert(1)"}},
        {"branding": {"logo_url": "http://plain.example/logo.png"}},
        {"branding": {"primary_color": "red; background: url(x)"}},
        {"branding": {"unknown": "x"}},
        {"branding": []},
        {"settings": {"nul": "\x00"}},
        {"settings": {"large": "x" * 20_000}},
        {"name": ""},
        {"slug": "other"},
        {"status": "suspended"},
        {"schema_name": "public"},
        {"version": "one"},
    ],
)
def test_change_account_refuses_what_it_does_not_know(
    api_of: ApiOf, admin: User, acme: Account, changes: dict[str, object]
) -> None:
    before = Account.objects.filter(id=acme.id).values().get()

    answer = api_of(admin).patch(f"{ACCOUNTS}/{acme.id}", changes, content_type="application/json")

    assert problem(answer) == (422, "validation_error")
    assert Account.objects.filter(id=acme.id).values().get() == before


def test_change_account_of_another_is_not_found_and_changes_nothing(
    api_of: ApiOf, admin: User, nordhem: Account
) -> None:
    answer = api_of(admin).patch(f"{ACCOUNTS}/{nordhem.id}", {"name": "Mine"}, content_type="application/json")

    assert problem(answer) == (404, "not_found")
    nordhem.refresh_from_db()
    assert nordhem.name == "Nordhem"


def test_change_account_by_a_super_admin_names_the_operator(
    operator_api: ApiClient, operator: User, nordhem: Account
) -> None:
    answer = operator_api.patch(f"{ACCOUNTS}/{nordhem.id}", {"name": "N"}, content_type="application/json")

    assert answer.status_code == 200
    with account_context(nordhem):
        event = LoggedEvent.objects.latest("seq")
    assert (event.actor_kind, event.actor_id) == ("platform", operator.id)
