"""Contacts by the API."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, User
from conversations.models import Company, Contact, ContactIdentity, Conversation
from hummdesk.tenancy.context import account_context
from tests.accounts.api.clients import problem
from tests.conversations.conftest import Published
from tests.factories import make_contact, make_conversation
from tests.fixtures.cast import ApiOf

CONTACTS = "/api/v1/contacts"
HOSTILE = "<script>alert(1)</script> {{7*7}} ' OR 1=1 -- \u202e"


def _at(contact: Contact) -> str:
    return f"{CONTACTS}/{contact.id}"


def test_create_contact_keeps_all_that_is_said(api_of: ApiOf, agent: User, published: Published) -> None:
    body = {
        "name": "Maija Virtanen",
        "email": "Maija@Example.FI",
        "emails": ["maija@work.example", "maija@example.fi"],
        "phone": "+358 (40) 123-4567",
        "external_id": "crm-17",
        "company": "Virtanen Oy",
        "language": "fi",
        "custom_fields": {"plan": "gold", "seats": 3, "is_paying": True},
    }

    answer = api_of(agent).post(CONTACTS, body)

    assert answer.status_code == 201, answer.content
    contact = answer.json()
    assert (contact["name"], contact["email"], contact["phone"]) == (
        "Maija Virtanen",
        "maija@example.fi",
        "+358401234567",
    )
    assert contact["emails"] == ["maija@example.fi", "maija@work.example"]
    assert (contact["phones"], contact["external_ids"]) == (["+358401234567"], ["crm-17"])
    assert [identity["kind"] for identity in contact["identities"]] == ["email", "email", "phone", "external"]
    assert contact["company"]["name"] == "Virtanen Oy"
    assert contact["custom_fields"] == {"plan": "gold", "seats": 3, "is_paying": True}
    assert (contact["language"], contact["version"], contact["merged_into"]) == ("fi", 1, None)
    assert (contact["is_blocked"], contact["shows_remote_images"]) == (False, False)
    assert api_of(agent).get(f"{CONTACTS}/{contact['id']}").json() == contact
    assert published() == ["ContactChanged"]


def test_create_contact_keeps_a_hostile_name_as_it_is(api_of: ApiOf, agent: User) -> None:
    answer = api_of(agent).post(CONTACTS, {"name": HOSTILE, "custom_fields": {HOSTILE[:20]: HOSTILE}})

    assert answer.json()["name"] == HOSTILE
    assert answer.json()["custom_fields"] == {HOSTILE[:20]: HOSTILE}
    assert Contact.objects.get().name == HOSTILE


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("name", {}),
        ("name", {"name": "  "}),
        ("name", {"name": "x" * 201}),
        ("email", {"email": "no address"}),
        ("emails", {"emails": ["a@b.example", "none"]}),
        ("phone", {"phone": "call me"}),
        ("phones", {"phones": ["12"]}),
        ("language", {"name": "x", "language": "<fi>"}),
        ("company_id", {"name": "x", "company_id": str(uuid4())}),
        ("custom_fields", {"name": "x", "custom_fields": {"a": [1]}}),
        ("custom_fields", {"name": "x", "custom_fields": {"a" * 61: 1}}),
        ("custom_fields", {"name": "x", "custom_fields": {"a": 2**60}}),
        ("custom_fields", {"name": "x", "custom_fields": {str(number): 1 for number in range(51)}}),
        ("is_admin", {"name": "x", "is_admin": True}),
        ("version", {"name": "x", "version": 3}),
    ],
)
def test_create_contact_refuses(api_of: ApiOf, agent: User, published: Published, field: str, body: Any) -> None:
    answer = api_of(agent).post(CONTACTS, body)

    assert problem(answer) == (422, "validation_error")
    assert field in answer.json()["errors"]
    assert not Contact.objects.exists()
    assert not published()


def test_create_contact_names_who_has_the_address(api_of: ApiOf, agent: User) -> None:
    owner = make_contact("taken@example.fi")

    answer = api_of(agent).post(CONTACTS, {"name": "New", "emails": ["new@example.fi", "TAKEN@example.fi"]})

    assert problem(answer) == (409, "conflict")
    assert str(owner.id) in answer.json()["errors"]["emails"][0]
    assert list(Contact.objects.all()) == [owner]
    assert ContactIdentity.objects.count() == 1


def test_create_contact_joins_the_company_of_the_domain(api_of: ApiOf, agent: User) -> None:
    company = Company.objects.create(name="Example", domain="example.fi")
    api = api_of(agent)

    joined = api.post(CONTACTS, {"email": "a@example.fi"}).json()
    apart = api.post(CONTACTS, {"email": "b@example.fi", "company_id": None}).json()
    elsewhere = api.post(CONTACTS, {"email": "c@other.example"}).json()

    assert joined["company"] == {"id": str(company.id), "name": "Example"}
    assert (apart["company"], elsewhere["company"]) == (None, None)


def test_change_contact_changes_what_is_given(api_of: ApiOf, agent: User, published: Published) -> None:
    contact = make_contact("old@example.fi", name="Old", custom_fields={"plan": "gold", "seats": 3})

    changes = {"name": "New", "is_blocked": True, "custom_fields": {"seats": None, "since": 2020}, "version": 1}
    answer = api_of(agent).patch(_at(contact), changes)

    assert answer.status_code == 200, answer.content
    changed = answer.json()
    assert (changed["name"], changed["is_blocked"], changed["email"]) == ("New", True, "old@example.fi")
    assert changed["custom_fields"] == {"plan": "gold", "since": 2020}
    assert changed["version"] == 2
    assert published() == ["ContactChanged"]


def test_change_contact_leads_with_a_new_address(api_of: ApiOf, agent: User) -> None:
    contact = make_contact("old@example.fi")
    api = api_of(agent)

    added = api.patch(_at(contact), {"email": "new@example.fi"}).json()
    reduced = api.patch(_at(contact), {"emails": ["new@example.fi"]}).json()
    emptied = api.patch(_at(contact), {"emails": []}).json()

    assert (added["email"], added["emails"]) == ("new@example.fi", ["new@example.fi", "old@example.fi"])
    assert reduced["emails"] == ["new@example.fi"]
    assert (emptied["email"], emptied["emails"]) == ("", [])


def test_change_contact_twice_alike_changes_once(api_of: ApiOf, agent: User, published: Published) -> None:
    contact = make_contact("a@example.fi", name="Name")

    answer = api_of(agent).patch(_at(contact), {"name": "Name", "emails": ["a@example.fi"], "company": None})

    assert answer.json()["version"] == 1
    assert not published()


def test_change_contact_refuses_a_stale_version(api_of: ApiOf, agent: User, published: Published) -> None:
    contact = make_contact(name="Name", version=3)

    answer = api_of(agent).patch(_at(contact), {"name": "Other", "version": 2})

    assert problem(answer) == (409, "conflict")
    contact.refresh_from_db()
    assert (contact.name, contact.version) == ("Name", 3)
    assert not published()


def test_list_contacts_finds_by_every_filter(api_of: ApiOf, agent: User) -> None:
    company = Company.objects.create(name="Oy")
    maija = make_contact("maija@example.fi", name="Maija Virtanen", company=company, is_blocked=True)
    ContactIdentity.objects.create(contact=maija, kind="phone", value="+358401234567")
    ContactIdentity.objects.create(contact=maija, kind="external", value="crm-17")
    make_contact("other@customers.example", name="Other")
    api = api_of(agent)
    queries = [
        "q=VIRTA",
        "q=maija%40exam",
        "q=4012345",
        "email=Maija%40Example.fi",
        "phone=%2B358+40+123+4567",
        "external_id=crm-17",
        f"company_id={company.id}",
        "is_blocked=true",
    ]

    found = {query: [row["id"] for row in api.get(f"{CONTACTS}?{query}").json()["results"]] for query in queries}

    assert found == {query: [str(maija.id)] for query in queries}
    assert api.get(f"{CONTACTS}?q=%25").json()["results"] == []
    assert api.get(f"{CONTACTS}?phone=nonsense").json()["results"] == []
    assert problem(api.get(f"{CONTACTS}?nme=x")) == (422, "validation_error")


def test_list_contacts_finds_beginnings_by_two_letters(api_of: ApiOf, agent: User) -> None:
    maija = make_contact("mv@example.fi", name="Virtanen, Maija")
    make_contact("other@customers.example", name="Salmi, Vi")
    api = api_of(agent)

    for query in ("vi", "MV"):
        assert [row["id"] for row in api.get(f"{CONTACTS}?q={query}").json()["results"]] == [str(maija.id)]


def test_list_contacts_pages_by_name_and_by_age(api_of: ApiOf, agent: User) -> None:
    for name in ("Bertta", "Aino", "Cecilia"):
        make_contact(name=name)
    api = api_of(agent)

    first = api.get(f"{CONTACTS}?limit=2").json()
    second = api.get(first["next"]).json()
    newest = api.get(f"{CONTACTS}?ordering=-created_at").json()

    assert [row["name"] for row in first["results"] + second["results"]] == ["Aino", "Bertta", "Cecilia"]
    assert [row["name"] for row in newest["results"]] == ["Cecilia", "Aino", "Bertta"]


def test_list_contacts_takes_the_same_queries_for_1_and_30(api_of: ApiOf, agent: User) -> None:
    api = api_of(agent)
    make_contact(company=Company.objects.create(name="One"))
    with CaptureQueriesContext(connection) as few:
        api.get(CONTACTS)
    for number in range(29):
        make_contact(company=Company.objects.create(name=f"Company {number}"))

    with CaptureQueriesContext(connection) as many:
        answer = api.get(CONTACTS)

    assert len(answer.json()["results"]) == 30
    assert len(few) == len(many)


def test_erase_contact_who_never_wrote_removes_the_row(api_of: ApiOf, leader: User, published: Published) -> None:
    contact = make_contact()

    answer = api_of(leader).delete(_at(contact))

    assert answer.status_code == 204
    assert not Contact.objects.exists()
    assert problem(api_of(leader).get(_at(contact))) == (404, "not_found")
    assert published() == ["ContactChanged"]


def test_erase_contact_with_conversations_forgets_the_person(
    api_of: ApiOf, leader: User, published: Published
) -> None:
    contact = make_contact("a@example.fi", name="Name", custom_fields={"plan": "gold"}, phone="+358401234567")
    conversation = make_conversation(contact=contact, messages=2)
    old = make_contact("old@example.fi", name="Old name", merged_into=contact)
    api = api_of(leader)

    assert api.delete(_at(contact)).status_code == 204

    for row in Contact.objects.all():
        assert (row.name, row.email, row.phone, row.custom_fields) == ("", "", "", {})
        assert row.erased_at is not None
    assert not ContactIdentity.objects.exists()
    assert published() == ["ContactChanged", "ContactChanged"]
    assert Conversation.objects.get(id=conversation.id).messages.count() == 2
    for row in (contact, old):
        assert api.get(_at(row)).status_code == 404
        assert api.delete(_at(row)).status_code == 404
    assert api.get(CONTACTS).json()["results"] == []


def test_erase_contact_is_for_leaders(api_of: ApiOf, agent: User, published: Published) -> None:
    contact = make_contact()

    answer = api_of(agent).delete(_at(contact))

    assert problem(answer) == (403, "permission_denied")
    assert Contact.objects.get().email == contact.email
    assert not published()


@pytest.mark.parametrize("call", ["get", "patch", "delete"])
def test_contact_of_another_account_is_not_there(api_of: ApiOf, admin: User, nordhem: Account, call: str) -> None:
    with account_context(nordhem):
        contact = make_contact(name="Theirs")

    answer = getattr(api_of(admin), call)(_at(contact), {})

    assert problem(answer) == (404, "not_found")
    with account_context(nordhem):
        assert Contact.objects.get(id=contact.id).name == "Theirs"
