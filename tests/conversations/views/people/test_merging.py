from uuid import uuid4

import pytest

from accounts.models import Account, User
from conversations.models import Company, Contact
from hummdesk.tenancy.context import account_context
from tests.factories import make_contact, make_conversation
from tests.fixtures.cast import ClientOf


@pytest.fixture
def pair(acme: Account) -> tuple[Contact, Contact]:
    """Two who are one person: the first has the more conversations."""
    first = make_contact("marja@oak.example", name="Marja Heikkinen", company=Company.objects.create(name="Oak Oy"))
    second = make_contact("marja@home.example", name="Marja H.")
    for _ in range(2):
        make_conversation(contact=first)
    make_conversation(contact=second)
    return first, second


def test_merge_finds_those_who_resemble_and_those_who_are_sought(
    client_of: ClientOf, agent: User, pair: tuple[Contact, Contact]
) -> None:
    first, second = pair
    client = client_of(agent)
    other = make_contact("peter@elm.example", name="Peter Berg")

    resembling = client.get(f"/customers/{second.id}/merge").content.decode()
    sought = client.get(f"/customers/{second.id}/merge?q=elm.example").content.decode()

    assert (str(first.id) in resembling, str(other.id) in resembling) == (True, False)
    assert (str(first.id) in sought, str(other.id) in sought) == (False, True)


def test_merge_compares_both_and_keeps_the_one_with_more_conversations(
    client_of: ClientOf, agent: User, pair: tuple[Contact, Contact]
) -> None:
    first, second = pair

    page = client_of(agent).get(f"/customers/{second.id}/merge?with={first.id}").content.decode()

    for text in ("marja@oak.example", "marja@home.example", "Oak Oy", "Marja H."):
        assert text in page, text
    assert f'value="{first.id}" checked' in page


@pytest.mark.parametrize("kept", [0, 1])
def test_merge_either_way_and_undo(client_of: ClientOf, agent: User, pair: tuple[Contact, Contact], kept: int) -> None:
    here, other = pair
    keep, gone = pair[kept], pair[1 - kept]
    client = client_of(agent)

    answer = client.post(f"/customers/{here.id}/merge", {"other": other.id, "keep": keep.id})
    gone.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, f"/customers/{keep.id}")
    assert gone.merged_into_id == keep.id
    page = client.get(f"/customers/{keep.id}").content.decode()
    assert page.count(f'action="/customers/{gone.id}/unmerge"') == 2  # the toast's, and the one that lasts

    undone = client.post(f"/customers/{gone.id}/unmerge")
    gone.refresh_from_db()
    assert (undone.status_code, undone["Location"]) == (303, f"/customers/{gone.id}")
    assert gone.merged_into is None
    assert gone.conversations.count() == 2 - (1 - kept)
    assert client.post(f"/customers/{gone.id}/unmerge").status_code == 409


@pytest.mark.parametrize("fields", [{}, {"other": "x", "keep": "y"}])
def test_merge_without_a_choice_is_422(
    client_of: ClientOf, agent: User, pair: tuple[Contact, Contact], fields: dict[str, str]
) -> None:
    assert client_of(agent).post(f"/customers/{pair[0].id}/merge", fields).status_code == 422


def test_merge_with_nobody_itself_or_another_account_changes_nothing(
    client_of: ClientOf, agent: User, pair: tuple[Contact, Contact], nordhem: Account
) -> None:
    with account_context(nordhem):
        theirs = make_contact(name="Theirs")
    first = pair[0]
    client = client_of(agent)

    for who, status in ((theirs.id, 404), (uuid4(), 404), (first.id, 422)):
        answer = client.post(f"/customers/{first.id}/merge", {"other": who, "keep": first.id})
        assert answer.status_code == status
        if who != first.id:
            assert client.get(f"/customers/{first.id}/merge?with={who}").status_code == 404
    first.refresh_from_db()
    assert first.merged_into_id is None


def test_merge_dialog_is_a_piece_of_the_page(client_of: ClientOf, agent: User, pair: tuple[Contact, Contact]) -> None:
    headers = {"HX-Request": "true", "HX-Target": "dialog-here"}

    text = client_of(agent).get(f"/customers/{pair[0].id}/merge", headers=headers).content.decode()

    assert "<dialog" in text
    assert "<html" not in text
