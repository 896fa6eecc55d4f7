import pytest

from accounts.models import Account
from conversations.models import Contact
from hummdesk.errors import ValidationFailed
from hummdesk.keyset import KeysetPage, keyset_page
from tests.factories import make_contact


def test_page_reads_rows_by_the_function_given(acme: Account) -> None:
    for number in range(3):
        make_contact(name=f"c{number}")

    page = keyset_page(Contact.objects.all(), ["-name"], limit=2, read=lambda rows: list(rows.values("id", "name")))
    following: KeysetPage[Contact] = keyset_page(
        Contact.objects.all(), ["-name"], limit=2, cursor=page.next_cursor or ""
    )

    assert [row["name"] for row in page.rows] == ["c2", "c1"]
    assert [row.name for row in following.rows] == ["c0"]
    assert (following.next_cursor, page.previous_cursor) == (None, None)


def test_cursor_holds_for_its_own_ordering_only(acme: Account) -> None:
    for number in range(2):
        make_contact(name=f"c{number}")
    rows = Contact.objects.all()
    cursor = keyset_page(rows, ["name"], limit=1, ordering="name").next_cursor or ""

    with pytest.raises(ValidationFailed):
        keyset_page(rows, ["name"], limit=1, ordering="other", cursor=cursor)


def test_columns_that_go_different_ways_are_refused(acme: Account) -> None:
    with pytest.raises(ValueError, match="different ways"):
        keyset_page(Contact.objects.all(), ["name", "-created_at"], limit=1)
