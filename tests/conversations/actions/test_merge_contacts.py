"""Two contacts that are one person, and the way back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account, User
from conversations.actions.erase_contact import erase_contact
from conversations.actions.find_contact import find_or_create_contact
from conversations.actions.merge_contacts import merge_contacts, unmerge_contact
from conversations.models import Company, Contact, ContactIdentity
from hummdesk.errors import Conflict, DomainError, NotFound, ValidationFailed
from hummdesk.events.models import LoggedEvent
from hummdesk.events.publishing import action
from hummdesk.tenancy.context import account_context
from tests.accounts.api.clients import problem
from tests.conversations.conftest import Published, ViewerOf
from tests.factories import make_contact, make_conversation
from tests.fixtures.cast import ApiOf


def _addresses(contact: Contact) -> set[str]:
    return set(ContactIdentity.objects.filter(contact=contact).values_list("value", flat=True))


@action
def _write_to(address: str) -> None:
    """As mail does: find the customer, then open a conversation, in one transaction."""
    make_conversation(contact=find_or_create_contact(address=address))


def test_merge_moves_identities_and_conversations(agent: User, viewer_as: ViewerOf, published: Published) -> None:
    company = Company.objects.create(name="Oy")
    source = make_contact("a@example.fi", name="A", company=company, custom_fields={"plan": "gold", "seats": 1})
    target = make_contact("b@example.fi", name="B", custom_fields={"seats": 2})
    conversation = make_conversation(contact=source, messages=1)

    merged = merge_contacts(viewer=viewer_as(agent), contact_id=source.id, into_id=target.id)

    assert merged == target
    conversation.refresh_from_db()
    assert conversation.contact == target
    assert conversation.messages.get().contact == source
    assert _addresses(target) == {"a@example.fi", "b@example.fi"}
    target.refresh_from_db()
    assert (target.name, target.email, target.company) == ("B", "b@example.fi", company)
    assert target.custom_fields == {"plan": "gold", "seats": 2}
    assert published() == ["ContactMerged"]
    assert find_or_create_contact(address="a@example.fi") == target


def test_merged_id_leads_on(api_of: ApiOf, agent: User, viewer_as: ViewerOf) -> None:
    first, second, third = (make_contact() for _number in range(3))
    merge_contacts(viewer=viewer_as(agent), contact_id=first.id, into_id=second.id)
    merge_contacts(viewer=viewer_as(agent), contact_id=second.id, into_id=third.id)
    api = api_of(agent)

    answer = api.get(f"/api/v1/contacts/{first.id}")

    assert (answer.status_code, answer.json()["id"]) == (200, str(third.id))
    assert [row["id"] for row in api.get("/api/v1/contacts").json()["results"]] == [str(third.id)]
    assert api.patch(f"/api/v1/contacts/{second.id}", {"name": "New"}).json()["id"] == str(third.id)


def test_merge_into_itself_is_refused(agent: User, viewer_as: ViewerOf, published: Published) -> None:
    contact = make_contact()

    with pytest.raises(ValidationFailed):
        merge_contacts(viewer=viewer_as(agent), contact_id=contact.id, into_id=contact.id)

    assert not published()


def test_merge_with_one_that_is_merged_is_refused(agent: User, viewer_as: ViewerOf, published: Published) -> None:
    first, second, third = (make_contact() for _number in range(3))
    merge_contacts(viewer=viewer_as(agent), contact_id=first.id, into_id=second.id)

    for source, target in ((first, third), (third, first), (second, first)):
        with pytest.raises(Conflict):
            merge_contacts(viewer=viewer_as(agent), contact_id=source.id, into_id=target.id)

    assert published() == ["ContactMerged"]


def test_merge_with_a_contact_of_another_account_is_not_found(api_of: ApiOf, admin: User, nordhem: Account) -> None:
    contact = make_contact("ours@example.fi")
    with account_context(nordhem):
        theirs = make_contact("theirs@example.fi")
    api = api_of(admin)

    for source, target in ((contact.id, theirs.id), (theirs.id, contact.id), (contact.id, uuid4())):
        assert problem(api.post(f"/api/v1/contacts/{source}/merge", {"into": str(target)})) == (404, "not_found")

    assert _addresses(contact) == {"ours@example.fi"}


def test_unmerge_puts_back_what_was_moved(api_of: ApiOf, agent: User, viewer_as: ViewerOf) -> None:
    company = Company.objects.create(name="Oy")
    source = make_contact("a@example.fi", name="A", company=company, custom_fields={"plan": "gold"})
    target = make_contact("b@example.fi", name="B")
    ours, theirs = make_conversation(contact=source), make_conversation(contact=target)
    merge_contacts(viewer=viewer_as(agent), contact_id=source.id, into_id=target.id)
    since = make_conversation(contact=target)

    answer = api_of(agent).post(f"/api/v1/contacts/{source.id}/unmerge")

    assert answer.status_code == 200, answer.content
    assert (answer.json()["id"], answer.json()["emails"]) == (str(source.id), ["a@example.fi"])
    assert answer.json()["merged_into"] is None
    for conversation, owner in ((ours, source), (theirs, target), (since, target)):
        conversation.refresh_from_db()
        assert conversation.contact == owner
    target.refresh_from_db()
    assert (target.company, target.custom_fields, _addresses(target)) == (None, {}, {"b@example.fi"})
    assert LoggedEvent.objects.filter(type="ContactUnmerged", object_id=source.id).count() == 1


def test_unmerge_leaves_what_was_changed_since(api_of: ApiOf, agent: User, viewer_as: ViewerOf) -> None:
    source, target = make_contact("a@example.fi", language="fi"), make_contact("b@example.fi")
    merge_contacts(viewer=viewer_as(agent), contact_id=source.id, into_id=target.id)
    api = api_of(agent)
    api.patch(f"/api/v1/contacts/{target.id}", {"language": "sv", "emails": ["b@example.fi"]})

    answer = api.post(f"/api/v1/contacts/{source.id}/unmerge")

    assert (answer.json()["email"], answer.json()["emails"]) == ("", [])
    target.refresh_from_db()
    assert target.language == "sv"


def test_unmerge_is_refused_without_a_merge(agent: User, viewer_as: ViewerOf, published: Published) -> None:
    with pytest.raises(Conflict):
        unmerge_contact(viewer=viewer_as(agent), contact_id=make_contact().id)
    with pytest.raises(NotFound):
        unmerge_contact(viewer=viewer_as(agent), contact_id=uuid4())

    assert not published()


def test_unmerge_is_refused_after_30_days(agent: User, viewer_as: ViewerOf) -> None:
    source, target = make_contact(), make_contact()
    merge_contacts(viewer=viewer_as(agent), contact_id=source.id, into_id=target.id)
    LoggedEvent.objects.filter(type="ContactMerged").update(at=timezone.now() - timedelta(days=30, seconds=1))

    with pytest.raises(Conflict):
        unmerge_contact(viewer=viewer_as(agent), contact_id=source.id)

    source.refresh_from_db()
    assert source.merged_into == target


def test_unmerge_goes_backwards_only(agent: User, viewer_as: ViewerOf) -> None:
    first, second, third = (make_contact() for _number in range(3))
    viewer = viewer_as(agent)
    merge_contacts(viewer=viewer, contact_id=first.id, into_id=second.id)
    merge_contacts(viewer=viewer, contact_id=second.id, into_id=third.id)

    with pytest.raises(Conflict):
        unmerge_contact(viewer=viewer, contact_id=first.id)
    unmerge_contact(viewer=viewer, contact_id=second.id)
    unmerge_contact(viewer=viewer, contact_id=first.id)

    for contact in (first, second, third):
        contact.refresh_from_db()
        assert contact.merged_into is None
        assert _addresses(contact) == {contact.email}


def test_merge_the_other_way_at_once_has_one_winner(
    committed: None, acme: Account, agent: User, viewer_as: ViewerOf
) -> None:
    viewer = viewer_as(agent)
    pairs = [(make_contact(), make_contact()) for _number in range(5)]
    for contact in (contact for pair in pairs for contact in pair):
        make_conversation(contact=contact)
    start = Barrier(10)

    def merge(source: Contact, target: Contact) -> str:
        try:
            with account_context(acme):
                start.wait(10)
                merge_contacts(viewer=viewer, contact_id=source.id, into_id=target.id)
                return "merged"
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        running = [(pool.submit(merge, one, other), pool.submit(merge, other, one)) for one, other in pairs]
        outcomes = [sorted((there.result(60), back.result(60))) for there, back in running]

    assert outcomes == [["conflict", "merged"]] * 5
    assert Contact.objects.filter(merged_into=None).count() == 5
    for contact in Contact.objects.filter(merged_into=None):
        assert (contact.conversations.count(), contact.identities.count()) == (2, 2)


def test_mail_and_erasure_at_once_lose_no_conversation(
    committed: None, acme: Account, leader: User, viewer_as: ViewerOf
) -> None:
    viewer = viewer_as(leader)
    contacts = [make_contact(f"customer-{number}@example.fi") for number in range(5)]
    start = Barrier(10)

    def erase(contact: Contact) -> None:
        try:
            with account_context(acme):
                start.wait(10)
                erase_contact(viewer=viewer, contact_id=contact.id)
        finally:
            connection.close()

    def write(address: str) -> None:
        try:
            with account_context(acme):
                start.wait(10)
                _write_to(address)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        running = [pool.submit(erase, contact) for contact in contacts]
        running += [pool.submit(write, contact.email) for contact in contacts]
        for done in running:
            done.result(60)

    for contact in Contact.objects.filter(id__in=[contact.id for contact in contacts]):
        assert contact.email == ""
    assert sum(contact.conversations.count() for contact in Contact.objects.all()) == 5
