import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account
from conversations.enums import Status
from conversations.models import Contact
from tests.factories import make_contact, make_conversation
from tests.fixtures.cast import ClientOf, RestoringClient

pytestmark = pytest.mark.urls("tests.hummdesk.api.routes")


@pytest.fixture
def client(acme: Account, client_of: ClientOf) -> RestoringClient:
    return client_of(None)


def names(client: Client, url: str) -> tuple[list[str], dict[str, Any]]:
    page = client.get(url).json()
    return [row.get("name") or row["subject"] for row in page["results"]], page


def walk(client: Client, url: str, link: str) -> tuple[list[str], dict[str, Any]]:
    """Return the names on all pages from `url` on, following `link`, and the last page."""
    seen, page = names(client, url)
    while page[link]:
        rows, page = names(client, page[link])
        seen += rows
    return seen, page


def contacts(count: int) -> None:
    """Contacts c0, c1, … of which two each came in the same moment."""
    start = timezone.now() - timedelta(hours=1)
    for number in range(count):
        contact = make_contact(name=f"c{number}")
        Contact.objects.filter(id=contact.id).update(created_at=start + timedelta(seconds=number // 2))


def test_pages_follow_each_other_forwards_and_back(client: RestoringClient) -> None:
    contacts(5)
    first, page = names(client, "/api/contacts?limit=2")
    second, middle = names(client, page["next"])
    third, last = names(client, middle["next"])
    back, first_again = names(client, middle["previous"])

    assert (first, second, third) == (["c4", "c3"], ["c2", "c1"], ["c0"])
    assert last["next"] is None
    assert page["previous"] is None
    assert back == first
    assert first_again["previous"] is None
    assert names(client, last["previous"])[0] == second


def test_row_that_comes_in_between_shifts_no_page(client: RestoringClient) -> None:
    contacts(4)
    _rows, page = names(client, "/api/contacts?limit=2")

    make_contact(name="newest")

    assert names(client, page["next"])[0] == ["c1", "c0"]


@pytest.mark.parametrize("direction", ["", "-"])
def test_rows_without_a_value_come_last_both_ways(client: RestoringClient, direction: str) -> None:
    for hours in (1, 2):
        until = timezone.now() + timedelta(hours=hours)
        make_conversation(subject=f"in {hours} h", status=Status.SNOOZED, snoozed_until=until)
    for number in (1, 2):
        make_conversation(subject=f"none {number}")

    seen, last = walk(client, f"/api/snoozed?limit=1&ordering={direction}snoozed_until", "next")
    backwards, _first = walk(client, last["previous"], "previous")

    assert [subject[:2] for subject in seen] == ["in", "in", "no", "no"]
    assert seen[0] == ("in 2 h" if direction else "in 1 h")
    assert backwards == seen[-2::-1]


def test_page_takes_one_query_however_long(client: RestoringClient) -> None:
    contacts(30)
    with CaptureQueriesContext(connection) as short:
        client.get("/api/contacts?limit=1")
    with CaptureQueriesContext(connection) as long:
        client.get("/api/contacts?limit=30")

    assert len(long) == len(short)
    assert not any("COUNT(" in query["sql"].upper() for query in long)


def test_limit_over_the_most_is_the_most(client: RestoringClient) -> None:
    contacts(1)

    assert client.get("/api/contacts?limit=100000000").status_code == 200


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", "٣", "9" * 50])
def test_limit_that_is_no_number_is_422(client: RestoringClient, limit: str) -> None:
    response = client.get("/api/contacts", {"limit": limit})

    assert (response.status_code, list(response.json()["errors"])) == (422, ["limit"])


def test_unknown_ordering_is_422_and_names_the_known(client: RestoringClient) -> None:
    response = client.get("/api/contacts?ordering=-email")

    assert response.status_code == 422
    assert "-created_at, name" in response.json()["errors"]["ordering"][0]


def word(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


ID = "0190a000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "åäö",
        "%00",
        word(),
        word("name", 0, "a"),
        word("name", 0, "a", "no id"),
        word("name", 0, "a\x00", ID),
        word("name", 0, "a\ud800", ID),
        word("name", 0, None, ID),
        word("name", 0, ["a"], ID),
        word("name", 2, "a", ID),
        word("-created_at", 0, "2026-01-01T00:00:00", ID),
        word("-created_at", 0, "9999-99-99", ID),
        word("-created_at", 0, 17, ID),
        word("email", 0, "a", ID),
        "W05hTl0",
        word(*["name"] * 3000),
    ],
)
@pytest.mark.parametrize("ordering", ["name", "-created_at"])
def test_forged_cursor_is_422(client: RestoringClient, cursor: str, ordering: str) -> None:

    response = client.get("/api/contacts", {"cursor": cursor, "ordering": ordering})

    assert response.status_code == 422, response.content
    assert list(response.json()["errors"]) == ["cursor"]
