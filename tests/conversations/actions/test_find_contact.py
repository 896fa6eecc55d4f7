from accounts.models import Account
from conversations.actions.find_contact import find_or_create_contact
from conversations.identities import ADDRESS_MAX_LENGTH
from conversations.models import Company, Contact, ContactIdentity


def test_find_or_create_contact_knows_an_address_in_any_case(acme: Account) -> None:
    first = find_or_create_contact(address="Maija.Virtanen@Example.fi", name="Maija")

    second = find_or_create_contact(address=" maija.virtanen@example.FI ", name="Somebody else")

    assert first.id == second.id
    assert second.name == "Maija"
    assert Contact.objects.count() == 1


def test_find_or_create_contact_finds_by_every_identity(acme: Account) -> None:
    contact = find_or_create_contact(address="home@example.fi")
    ContactIdentity.objects.create(contact=contact, kind="email", value="work@example.fi")

    assert find_or_create_contact(address="work@example.fi").id == contact.id


def test_find_or_create_contact_knows_an_endless_address_again(acme: Account) -> None:
    address = f"{'a' * 400}@example.fi"

    first = find_or_create_contact(address=address)

    assert find_or_create_contact(address=address).id == first.id
    assert len(first.email) == ADDRESS_MAX_LENGTH


def test_find_or_create_contact_finds_by_number_without_an_address(acme: Account) -> None:
    first = find_or_create_contact(address="maija@example.fi", phone="+358 40 123 4567")

    second = find_or_create_contact(phone="00358401234567", name="Somebody")

    assert (second.id, second.phone) == (first.id, "+358401234567")
    assert Contact.objects.count() == 1


def test_find_or_create_contact_leaves_a_number_to_whoever_has_it(acme: Account) -> None:
    owner = find_or_create_contact(phone="+358401234567")

    other = find_or_create_contact(address="maija@example.fi", phone="+358401234567")

    assert other.id != owner.id
    assert other.phone == ""
    assert ContactIdentity.objects.get(kind="phone").contact_id == owner.id


def test_find_or_create_contact_joins_the_company_of_the_domain(acme: Account) -> None:
    company = Company.objects.create(name="Example", domain="example.fi")

    assert find_or_create_contact(address="maija@Example.fi").company == company
    assert find_or_create_contact(address="maija@mail.example").company is None
