"""Companies by the API."""

from typing import Any
from uuid import UUID

import pytest

from accounts.models import Account, User
from conversations.models import Company
from hummdesk.tenancy.context import account_context
from tests.accounts.api.clients import problem
from tests.factories import make_contact
from tests.fixtures.cast import ApiOf

COMPANIES = "/api/v1/companies"


def test_company_is_made_changed_and_listed(api_of: ApiOf, agent: User) -> None:
    api = api_of(agent)

    made = api.post(COMPANIES, {"name": "Virtanen  Oy", "domain": "Virtanen.FI", "custom_fields": {"tier": 1}})
    changed = api.patch(f"{COMPANIES}/{made.json()['id']}", {"custom_fields": {"tier": None, "since": 2020}})

    assert made.status_code == 201, made.content
    assert (made.json()["name"], made.json()["domain"]) == ("Virtanen Oy", "virtanen.fi")
    assert changed.json()["custom_fields"] == {"since": 2020}
    assert api.get(f"{COMPANIES}/{made.json()['id']}").json() == changed.json()
    assert api.get(f"{COMPANIES}?q=virt&domain=virtanen.fi").json()["results"] == [changed.json()]
    assert api.get(f"{COMPANIES}?domain=other.fi").json()["results"] == []


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("name", {}),
        ("name", {"name": " "}),
        ("domain", {"name": "x", "domain": "not a domain"}),
        ("domain", {"name": "x", "domain": "http://example.com"}),
        ("custom_fields", {"name": "x", "custom_fields": {"a": {"b": 1}}}),
    ],
)
def test_create_company_refuses(api_of: ApiOf, agent: User, field: str, body: Any) -> None:
    answer = api_of(agent).post(COMPANIES, body)

    assert problem(answer) == (422, "validation_error")
    assert field in answer.json()["errors"]
    assert not Company.objects.exists()


def test_companies_have_names_and_domains_of_their_own(api_of: ApiOf, agent: User) -> None:
    Company.objects.create(name="Example", domain="example.fi")
    other = Company.objects.create(name="Other")
    api = api_of(agent)

    assert problem(api.post(COMPANIES, {"name": "EXAMPLE"})) == (409, "conflict")
    assert problem(api.patch(f"{COMPANIES}/{other.id}", {"domain": "example.fi"})) == (409, "conflict")
    assert Company.objects.get(id=other.id).domain == ""


def test_delete_company_keeps_its_contacts(api_of: ApiOf, leader: User) -> None:
    company = Company.objects.create(name="Example")
    contact = make_contact(company=company)

    assert api_of(leader).delete(f"{COMPANIES}/{company.id}").status_code == 204

    contact.refresh_from_db()
    assert contact.company is None


def test_delete_company_is_for_whoever_manages_templates(api_of: ApiOf, agent: User) -> None:
    company = Company.objects.create(name="Example")

    assert problem(api_of(agent).delete(f"{COMPANIES}/{company.id}")) == (403, "permission_denied")
    assert Company.objects.exists()


@pytest.mark.parametrize("call", ["get", "patch", "delete"])
def test_company_of_another_account_is_not_there(api_of: ApiOf, admin: User, nordhem: Account, call: str) -> None:
    with account_context(nordhem):
        theirs: UUID = Company.objects.create(name="Theirs").id

    assert problem(getattr(api_of(admin), call)(f"{COMPANIES}/{theirs}", {})) == (404, "not_found")
