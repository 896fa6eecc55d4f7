"""The same thing said by several at once: real transactions, one winner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import Account, User
from conversations.actions.find_contact import find_or_create_contact
from conversations.actions.save_company import find_or_create_company
from conversations.actions.save_contact import change_contact, create_contact
from conversations.actions.save_tag import find_or_create_tags
from conversations.errors import IdentityTaken
from conversations.models import Company, Contact, ContactIdentity, Tag
from hummdesk.errors import Conflict
from hummdesk.tenancy.context import account_context
from tests.conversations.conftest import ViewerOf
from tests.factories import make_contact

WRITERS = 6


def _at_once(account: Account, work: Callable[[int], str]) -> list[str]:
    """Return what the work says in threads with connections of their own, sorted."""
    start = Barrier(WRITERS)

    def run(number: int) -> str:
        try:
            with account_context(account):
                start.wait(10)
                return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        return sorted(done.result(60) for done in [pool.submit(run, number) for number in range(WRITERS)])


def test_contacts_made_at_once_share_no_address(
    committed: None, acme: Account, agent: User, viewer_as: ViewerOf
) -> None:
    viewer = viewer_as(agent)

    def make(number: int) -> str:
        try:
            create_contact(viewer=viewer, fields={"emails": [f"own{number}@example.fi", "shared@example.fi"]})
        except IdentityTaken:
            return "taken"
        return "made"

    outcomes = _at_once(acme, make)

    assert outcomes == ["made", *["taken"] * (WRITERS - 1)]
    assert (Contact.objects.count(), ContactIdentity.objects.count()) == (1, 2)


def test_mail_of_a_new_customer_at_once_makes_one_contact(committed: None, acme: Account) -> None:
    ids = _at_once(acme, lambda _number: str(find_or_create_contact(address="new@example.fi", name="New").id))

    assert len(set(ids)) == 1
    assert Contact.objects.count() == 1


def test_tags_and_companies_made_at_once_are_one_each(committed: None, acme: Account) -> None:
    def make(number: int) -> str:
        names = ["vip", "Refund"] if number % 2 else ["REFUND", "VIP"]
        find_or_create_tags(sorted(names, key=str.casefold))
        return str(find_or_create_company(name=("Oy", "OY")[number % 2]).id)

    companies = _at_once(acme, make)

    assert len(set(companies)) == Company.objects.count() == 1
    assert Tag.objects.count() == 2


def test_changes_of_one_version_at_once_have_one_winner(
    committed: None, acme: Account, agent: User, viewer_as: ViewerOf
) -> None:
    viewer, contact = viewer_as(agent), make_contact()

    def change(number: int) -> str:
        try:
            change_contact(viewer=viewer, contact_id=contact.id, changes={"name": f"Name {number}"}, version=1)
        except Conflict:
            return "conflict"
        return "changed"

    assert _at_once(acme, change) == ["changed", *["conflict"] * (WRITERS - 1)]
    contact.refresh_from_db()
    assert contact.version == 2


def test_moving_an_address_needs_it_to_be_free(agent: User, viewer_as: ViewerOf) -> None:
    viewer = viewer_as(agent)
    owner, other = make_contact("a@example.fi"), make_contact("b@example.fi")

    with pytest.raises(IdentityTaken):
        change_contact(viewer=viewer, contact_id=other.id, changes={"email": "A@example.fi", "name": "Changed"})
    other.refresh_from_db()
    assert (other.email, other.name != "Changed") == ("b@example.fi", True)

    change_contact(viewer=viewer, contact_id=owner.id, changes={"emails": []})
    change_contact(viewer=viewer, contact_id=other.id, changes={"email": "A@example.fi"})
    other.refresh_from_db()
    assert other.email == "a@example.fi"
