from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from conversations.actions.merge_contacts import merge_contacts
from conversations.enums import IdentityKind, Status
from conversations.models import Company, Contact, ContactIdentity
from conversations.views.people.forms import custom_key
from hummdesk.tenancy.context import account_context
from teams.access import viewer_of
from tests.factories import make_contact, make_conversation, make_team
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true", "HX-Target": "contact"}


@pytest.fixture
def marja(acme: Account) -> Contact:
    return make_contact("marja@oak.example", name="Marja Heikkinen", company=Company.objects.create(name="Oak Oy"))


def url_of(contact: Contact, deed: str = "") -> str:
    return f"/customers/{contact.id}" + (f"/{deed}" if deed else "")


@pytest.mark.parametrize("text", ["heikki", "marja@oak", "358401", "oak oy", "MA"])
def test_contact_list_finds_by_name_address_number_and_company(
    client_of: ClientOf, agent: User, marja: Contact, text: str
) -> None:
    ContactIdentity.objects.create(contact=marja, kind=IdentityKind.PHONE, value="+358401234567")
    make_contact("peter@elm.example", name="Peter Berg")

    page = client_of(agent).get("/customers", {"q": text}).content.decode()

    assert "Marja Heikkinen" in page
    assert "Peter Berg" not in page


def test_contact_list_narrows_to_company_and_blocked(client_of: ClientOf, agent: User, marja: Contact) -> None:
    make_contact(name="Blocked One", is_blocked=True)
    client = client_of(agent)

    of_company = client.get("/customers", {"company": str(marja.company_id)}).content.decode()
    blocked = client.get("/customers", {"blocked": "yes"}).content.decode()

    assert ("Marja Heikkinen" in of_company, "Blocked One" in of_company) == (True, False)
    assert ("Marja Heikkinen" in blocked, "Blocked One" in blocked) == (False, True)


@pytest.mark.parametrize(
    "query", [{"company": "x"}, {"sort": "password"}, {"blocked": "maybe"}, {"q": "\x00"}, {"q": "a" * 999}]
)
def test_contact_list_passes_over_what_makes_no_sense(
    client_of: ClientOf, agent: User, marja: Contact, query: dict[str, str]
) -> None:
    answer = client_of(agent).get("/customers", query)

    assert answer.status_code == 200
    assert "Marja Heikkinen" in answer.content.decode()


def test_contact_list_goes_on_after_a_page_and_refuses_a_forged_cursor(
    client_of: ClientOf, agent: User, acme: Account
) -> None:
    for number in range(60):
        make_contact(name=f"Customer {number:02}")
    client = client_of(agent)

    first = client.get("/customers").content.decode()
    cursor = first.partition("cursor=")[2].partition('"')[0]
    rest = client.get(f"/customers?cursor={cursor}", headers={"HX-Request": "true", "HX-Target": "more-rows"})

    assert ("Customer 49" in first, "Customer 50" in first) == (True, False)
    assert ("Customer 49" in rest.content.decode(), "Customer 59" in rest.content.decode()) == (False, True)
    assert "<html" not in rest.content.decode()
    assert client.get("/customers?cursor=forged").status_code == 422


@pytest.mark.parametrize("rows", [1, 30])
def test_contact_list_takes_the_same_queries_whatever_it_shows(
    client_of: ClientOf, agent: User, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        make_conversation(contact=make_contact(company=Company.objects.create(name=f"Company {number}")))
    client = client_of(agent)
    client.get("/customers")

    with django_assert_max_num_queries(15):
        client.get("/customers")


@pytest.mark.parametrize("rows", [1, 25])
def test_contact_page_takes_the_same_queries_whatever_it_shows(
    client_of: ClientOf, admin: User, marja: Contact, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        make_conversation(contact=marja, assignee_id=admin.id, messages=1)
    client = client_of(admin)
    client.get(url_of(marja))

    with django_assert_max_num_queries(15):
        client.get(url_of(marja))


def test_contact_page_shows_what_is_known_and_only_conversations_that_the_viewer_may_see(
    client_of: ClientOf, agent: User, admin: User, marja: Contact
) -> None:
    make_conversation(contact=marja, subject="Seen by all", status=Status.RESOLVED)
    make_conversation(contact=marja, subject="Of another team", team=make_team())
    marja.custom_fields = {"Plan": "Gold", "Newsletter": True}
    marja.save()

    of_agent = client_of(agent).get(url_of(marja)).content.decode()
    of_admin = client_of(admin).get(url_of(marja)).content.decode()

    for text in ("marja@oak.example", "Oak Oy", "Plan", "Gold", "Newsletter", "Seen by all"):
        assert text in of_agent, text
    assert ("Of another team" in of_agent, "Of another team" in of_admin) == (False, True)


def test_contact_page_of_a_merged_one_leads_to_the_other(client_of: ClientOf, agent: User, marja: Contact) -> None:
    old = make_contact(name="M. Heikkinen")
    viewer = viewer_of(agent.memberships.get())
    merge_contacts(viewer=viewer, contact_id=old.id, into_id=marja.id)

    answer = client_of(agent).get(url_of(old))

    assert (answer.status_code, answer["Location"]) == (302, url_of(marja))


def test_contacts_of_nobody_and_of_another_account_are_not_found(
    client_of: ClientOf, admin: User, nordhem: Account
) -> None:
    with account_context(nordhem):
        theirs = make_contact(name="Theirs")
    client = client_of(admin)

    for who in (theirs.id, uuid4()):
        assert client.get(f"/customers/{who}").status_code == 404
        for deed in ("edit", "merge", "erase"):
            assert client.get(f"/customers/{who}/{deed}").status_code == 404
        for deed in ("edit", "identities", "block", "unblock", "unmerge", "erase"):
            assert client.post(f"/customers/{who}/{deed}", {}).status_code == 404


def test_contact_create_makes_a_customer_who_joins_the_company_of_the_address(
    client_of: ClientOf, agent: User, acme: Account
) -> None:
    company = Company.objects.create(name="Elm", domain="elm.example")
    fields = {"name": "Peter Berg", "email": " Peter@ELM.example", "phone": "040 123 4567", "language": "fi"}

    answer = client_of(agent).post("/customers/new", fields)

    made = Contact.objects.get(name="Peter Berg")
    assert (answer.status_code, answer["Location"]) == (303, url_of(made))
    assert (made.email, made.phone, made.language, made.company) == ("peter@elm.example", "0401234567", "fi", company)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "Give a name, an address or a number."),
        ({"email": "no address"}, "valid email"),
        ({"email": "MARJA@oak.example"}, "Another customer has this already"),
        ({"phone": "12"}, "not a phone number"),
        ({"name": "x", "language": "klingon"}, "not one of the available choices"),
        ({"name": "x" * 201}, "at most 200"),
    ],
)
def test_contact_create_says_beside_the_field_what_is_wrong(
    client_of: ClientOf, agent: User, marja: Contact, fields: dict[str, str], text: str
) -> None:
    answer = client_of(agent).post("/customers/new", fields)

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert Contact.objects.count() == 1


def test_contact_edit_saves_and_redirects_without_script(client_of: ClientOf, agent: User, marja: Contact) -> None:
    marja.custom_fields = {"Plan": "Gold", "Seats": 3, "Old": "x", "Active": True}
    marja.save()
    fields = {
        "name": "Marja Laine",
        "company": "Elm",
        "language": "sv",
        "shows_remote_images": "on",
        "version": str(marja.version),
        custom_key("Plan"): "Silver",
        custom_key("Seats"): "5",
        custom_key("Old"): "",
        custom_key("Active"): "false",
        "new_name": "Region",
        "new_value": "North",
    }

    answer = client_of(agent).post(url_of(marja, "edit"), fields)

    marja.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, url_of(marja))
    assert (marja.name, marja.language, marja.shows_remote_images) == ("Marja Laine", "sv", True)
    assert marja.company
    assert marja.company.name == "Elm"
    assert marja.custom_fields == {"Plan": "Silver", "Seats": 5, "Active": False, "Region": "North"}


def test_contact_edit_answers_htmx_with_the_page_s_piece_and_a_toast(
    client_of: ClientOf, agent: User, marja: Contact
) -> None:
    fields = {"name": "Marja Laine", "company": "Oak Oy", "version": str(marja.version)}

    answer = client_of(agent).post(url_of(marja, "edit"), fields, headers=HTMX)

    text = answer.content.decode()
    assert (answer.status_code, answer["HX-Replace-Url"]) == (200, url_of(marja))
    assert "<html" not in text
    assert "Marja Laine" in text
    assert "Saved" in text


def test_contact_edit_of_what_changed_meanwhile_is_422_and_changes_nothing(
    client_of: ClientOf, agent: User, marja: Contact
) -> None:
    answer = client_of(agent).post(url_of(marja, "edit"), {"name": "Other", "version": "99"}, headers=HTMX)

    marja.refresh_from_db()
    assert answer.status_code == 422
    assert "changed this customer meanwhile" in answer.content.decode()
    assert marja.name == "Marja Heikkinen"


def test_contact_edit_needs_both_parts_of_a_new_field(client_of: ClientOf, agent: User, marja: Contact) -> None:
    answer = client_of(agent).post(url_of(marja, "edit"), {"name": "Marja", "new_name": "Plan"}, headers=HTMX)

    assert answer.status_code == 422
    assert "needs a name and a value" in answer.content.decode()


def test_contact_identity_is_added_leads_and_is_taken_away(client_of: ClientOf, agent: User, marja: Contact) -> None:
    client = client_of(agent)
    url = url_of(marja, "identities")

    client.post(url, {"kind": "email", "value": "Second@oak.example"})
    client.post(url, {"kind": "email", "value": "second@oak.example", "deed": "lead"})
    marja.refresh_from_db()
    assert marja.email == "second@oak.example"

    client.post(url, {"kind": "email", "value": "second@oak.example", "deed": "remove"})
    marja.refresh_from_db()
    assert marja.email == "marja@oak.example"
    assert marja.identities.count() == 1


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"kind": "email", "value": "peter@elm.example"}, "Another customer has this already"),
        ({"kind": "email", "value": "no address"}, "valid email"),
        ({"kind": "phone", "value": "abc"}, "not a phone number"),
        ({"kind": "fax", "value": "123456"}, "not one of the available choices"),
        ({"kind": "email"}, "required"),
    ],
)
def test_contact_identity_that_cannot_be_is_422_in_place(
    client_of: ClientOf, agent: User, marja: Contact, fields: dict[str, str], text: str
) -> None:
    make_contact("peter@elm.example")

    answer = client_of(agent).post(url_of(marja, "identities"), fields, headers=HTMX)

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert marja.identities.count() == 1


def test_contact_block_offers_the_way_back(client_of: ClientOf, agent: User, marja: Contact) -> None:
    client = client_of(agent)

    answer = client.post(url_of(marja, "block"), headers=HTMX)
    marja.refresh_from_db()
    assert marja.is_blocked
    assert "Blocked Marja Heikkinen" in answer.content.decode()
    assert f'action="{url_of(marja, "unblock")}"' in answer.content.decode()

    assert client.post(url_of(marja, "unblock")).status_code == 303
    marja.refresh_from_db()
    assert not marja.is_blocked


def test_contact_erase_wants_the_name_and_a_leader(
    client_of: ClientOf, agent: User, leader: User, marja: Contact
) -> None:
    make_conversation(contact=marja, messages=1)
    client = client_of(leader)

    assert url_of(marja, "erase") not in client_of(agent).get(url_of(marja)).content.decode()
    assert client_of(agent).post(url_of(marja, "erase"), {"typed": "Marja Heikkinen"}).status_code == 403
    assert client.post(url_of(marja, "erase"), {"typed": "Marja"}).status_code == 422
    marja.refresh_from_db()
    assert marja.erased_at is None

    answer = client.post(url_of(marja, "erase"), {"typed": "marja heikkinen "})
    marja.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, "/customers")
    assert (marja.erased_at is not None, marja.name) == (True, "")
    assert client.get(url_of(marja)).status_code == 404


def test_customer_text_is_escaped_on_their_page(client_of: ClientOf, agent: User, marja: Contact) -> None:
    payload = "<img src=x onerror=alert(1)>"
    marja.name, marja.custom_fields = payload, {payload: payload}
    marja.save()
    make_conversation(contact=marja, subject=payload)
    client = client_of(agent)

    for path in (url_of(marja), url_of(marja, "edit"), url_of(marja, "merge"), "/customers"):
        assert payload not in client.get(path).content.decode(), path


def test_change_of_a_contact_needs_a_csrf_token(client_of: ClientOf, agent: User, marja: Contact) -> None:
    client = client_of(agent)
    client.handler.enforce_csrf_checks = True

    assert client.post(url_of(marja, "block")).status_code == 403
    marja.refresh_from_db()
    assert not marja.is_blocked
