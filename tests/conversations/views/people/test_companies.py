from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from conversations.models import Company
from conversations.views.people.forms import custom_key
from hummdesk.tenancy.context import account_context
from tests.factories import make_contact, make_conversation, make_team
from tests.fixtures.cast import ClientOf


@pytest.fixture
def oak(acme: Account) -> Company:
    return Company.objects.create(name="Oak Oy", domain="oak.example", custom_fields={"Plan": "Gold"})


def url_of(company: Company, deed: str = "") -> str:
    return f"/companies/{company.id}" + (f"/{deed}" if deed else "")


def test_company_list_finds_by_name_and_counts_customers(client_of: ClientOf, agent: User, oak: Company) -> None:
    Company.objects.create(name="Elm")
    for _ in range(3):
        make_contact(company=oak)

    page = client_of(agent).get("/companies?q=oak").content.decode()

    assert ("Oak Oy" in page, ">Elm<" in page) == (True, False)
    assert ">3<" in page


@pytest.mark.parametrize("rows", [1, 30])
def test_company_list_takes_the_same_queries_whatever_it_shows(
    client_of: ClientOf, agent: User, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        make_contact(company=Company.objects.create(name=f"Company {number}"))
    client = client_of(agent)
    client.get("/companies")

    with django_assert_max_num_queries(12):
        client.get("/companies")


def test_company_page_shows_its_customers_conversations_that_the_viewer_may_see(
    client_of: ClientOf, agent: User, oak: Company
) -> None:
    contact = make_contact(name="Marja Heikkinen", company=oak)
    make_conversation(contact=contact, subject="Delivery")
    make_conversation(contact=contact, subject="Hidden", team=make_team())

    page = client_of(agent).get(url_of(oak)).content.decode()

    for text in ("oak.example", "Gold", "Marja Heikkinen", "Delivery", f"/customers?company={oak.id}"):
        assert text in page, text
    assert "Hidden" not in page


def test_company_create_and_edit(client_of: ClientOf, agent: User, oak: Company) -> None:
    client = client_of(agent)

    made = client.post("/companies/new", {"name": "Elm", "domain": "ELM.example"})
    elm = Company.objects.get(name="Elm")
    assert (made.status_code, made["Location"], elm.domain) == (303, url_of(elm), "elm.example")

    fields = {"name": "Elm Ltd", "domain": "", "new_name": "Plan", "new_value": "Free"}
    client.post(url_of(elm, "edit"), fields)
    elm.refresh_from_db()
    assert (elm.name, elm.domain, elm.custom_fields) == ("Elm Ltd", "", {"Plan": "Free"})


def test_company_edit_answers_htmx_with_the_piece(client_of: ClientOf, agent: User, oak: Company) -> None:
    headers = {"HX-Request": "true", "HX-Target": "company"}
    fields = {"name": "Oak Ltd", "domain": "oak.example", custom_key("Plan"): "Gold"}

    answer = client_of(agent).post(url_of(oak, "edit"), fields, headers=headers)

    assert (answer.status_code, answer["HX-Replace-Url"]) == (200, url_of(oak))
    assert "Oak Ltd" in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": ""}, "required"),
        ({"name": " oak OY "}, "Another company has this already."),
        ({"name": "Elm", "domain": "oak.example"}, "Another company has this already."),
        ({"name": "Elm", "domain": "not a domain"}, "Use a domain such as"),
        ({"name": "x" * 121}, "at most 120"),
    ],
)
def test_company_create_says_beside_the_field_what_is_wrong(
    client_of: ClientOf, agent: User, oak: Company, fields: dict[str, str], text: str
) -> None:
    answer = client_of(agent).post("/companies/new", fields)

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert Company.objects.count() == 1


def test_company_delete_wants_the_name_and_a_leader_and_leaves_customers(
    client_of: ClientOf, agent: User, leader: User, oak: Company
) -> None:
    contact = make_contact(company=oak)
    client = client_of(leader)

    assert url_of(oak, "delete") not in client_of(agent).get(url_of(oak)).content.decode()
    assert client_of(agent).post(url_of(oak, "delete"), {"typed": "Oak Oy"}).status_code == 403
    assert client.post(url_of(oak, "delete"), {"typed": "Elm"}).status_code == 422
    assert Company.objects.filter(id=oak.id).exists()

    assert client.post(url_of(oak, "delete"), {"typed": "Oak Oy"}).status_code == 303
    contact.refresh_from_db()
    assert contact.company is None
    assert not Company.objects.filter(id=oak.id).exists()


def test_companies_of_nobody_and_of_another_account_are_not_found(
    client_of: ClientOf, admin: User, nordhem: Account
) -> None:
    with account_context(nordhem):
        theirs = Company.objects.create(name="Theirs")
    client = client_of(admin)

    for who in (theirs.id, uuid4()):
        for deed in ("", "/edit", "/delete"):
            assert client.get(f"/companies/{who}{deed}").status_code == 404
        for deed in ("edit", "delete"):
            assert client.post(f"/companies/{who}/{deed}", {}).status_code == 404
