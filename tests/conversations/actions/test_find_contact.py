from accounts.models import Account
from conversations.actions.find_contact import find_or_create_contact
from conversations.models import Contact, ContactIdentity


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
    assert len(first.email) == 320
