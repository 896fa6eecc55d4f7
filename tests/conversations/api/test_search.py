from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, User
from conversations.enums import Folder, MessageKind
from conversations.models import Conversation
from hummdesk.tenancy.context import account_context
from tests.factories import make_contact, make_conversation, make_message, make_searchable, make_team
from tests.fixtures.cast import ApiOf

SEARCH = "/api/v1/search"
Search = Callable[..., dict[str, Any]]


@pytest.fixture
def search(api_of: ApiOf, admin: User) -> Search:
    """Make a function that searches as the admin, or as somebody else."""

    def ask(q: str, *, user: User = admin, **more: Any) -> dict[str, Any]:
        answer = api_of(user).get(SEARCH, {"q": q, **more})
        assert answer.status_code == 200, answer.content
        body: dict[str, Any] = answer.json()
        return body

    return ask


def numbers(answer: dict[str, Any]) -> list[int]:
    return [find["conversation"]["display_id"] for find in answer["results"]]


def said(text: str, **fields: Any) -> Conversation:
    """Make a conversation in which a customer said this, and which can be searched for."""
    conversation = make_conversation(**fields)
    make_message(conversation, body_text=text)
    make_searchable(conversation)
    return conversation


def test_search_shows_conversation_message_and_marked_words(search: Search) -> None:
    conversation = said("Where is my Invoice? The invoices are late.", subject="My invoice", language="en")

    found = search("invoice")["results"][0]

    assert found["conversation"]["id"] == str(conversation.id)
    assert found["message_id"] == str(conversation.last_message_id)
    assert found["message_kind"] == "incoming"
    assert found["subject_html"] == "My <mark>invoice</mark>"
    assert found["snippet_html"] == "Where is my <mark>Invoice</mark>? The <mark>invoices</mark> are late"
    assert found["matched_in"] == ["subject", "text"]
    assert found["score"] > 0


@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;svg&gt;", "\ue000x\ue001"]
)
def test_search_escapes_all_but_its_marks(search: Search, payload: str) -> None:
    said(f"needle {payload} needle", subject=f"needle {payload}")

    found = search("needle")["results"][0]

    for html in (found["subject_html"], found["snippet_html"]):
        assert "needle" in html
        rest = html.replace("<mark>needle</mark>", "")
        assert "<" not in rest
        assert "\ue000" not in rest


def test_search_pages_through_all_finds_once(search: Search, api_of: ApiOf, admin: User) -> None:
    made = [said("needle").display_id for _number in range(7)]

    first = search("needle", limit=3)
    second = api_of(admin).get(first["next"]).json()
    third = api_of(admin).get(second["next"]).json()

    assert first["previous"] is None
    assert third["next"] is None
    assert sorted(numbers(first) + numbers(second) + numbers(third)) == made
    assert numbers(api_of(admin).get(second["previous"]).json()) == numbers(first)


@pytest.mark.parametrize(
    "cursor", ["x", "ä", "bnVsbA", "WzEsMiw5LDRd", "WzEsInkiLDAsMF0", "WzEsMWU0MDAsMCwwXQ", "W3RydWUsMSwwLDBd"]
)
def test_search_refuses_a_forged_cursor(api_of: ApiOf, admin: User, cursor: str) -> None:
    answer = api_of(admin).get(SEARCH, {"q": "needle", "cursor": cursor})

    assert answer.status_code == 422
    assert answer.json()["code"] == "validation_error"


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1e3", "²"])
def test_search_refuses_a_limit_that_is_none(api_of: ApiOf, admin: User, limit: str) -> None:
    assert api_of(admin).get(SEARCH, {"q": "x", "limit": limit}).status_code == 422


def test_search_names_an_unknown_parameter(api_of: ApiOf, admin: User) -> None:
    answer = api_of(admin).get(SEARCH, {"query": "x"})

    assert answer.status_code == 422
    assert "query" in answer.json()["errors"]


HARMLESS = [
    "",
    " ",
    '"',
    "-",
    "((",
    "'",
    "a' | b",
    "\\",
    "a:*",
    "!!!",
    "& | !",
    "from:",
    "is:",
    "before:x",
    "%",
    "_",
    "🙂",
]
HARMLESS += [
    "'; DROP TABLE x; --",
    "x" * 5_000,
    '"' * 300,
    "tag:none team:none assignee:nobody",
    "#999999999",
    "\u202e",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_search_never_fails(search: Search, text: str) -> None:
    said("Something else altogether")

    assert numbers(search(text)) == []


def test_search_without_words_finds_nothing(api_of: ApiOf, admin: User) -> None:
    said("needle")

    assert api_of(admin).get(SEARCH).json() == {"results": [], "next": None, "previous": None}


def test_search_shows_only_what_the_caller_may_see(search: Search, agent: User, admin: User) -> None:
    mine, free = said("needle", team=make_team(agents=[agent])), said("needle")
    hidden = said("needle", team=make_team())

    assert set(numbers(search("needle", user=agent))) == {mine.display_id, free.display_id}
    assert set(numbers(search("needle"))) == {mine.display_id, free.display_id, hidden.display_id}
    assert numbers(search(f"#{hidden.display_id}", user=agent)) == []
    assert numbers(search("is:open needle", user=agent)) != []


def test_search_stays_in_its_account(search: Search, nordhem: Account) -> None:
    with account_context(nordhem):
        said("needle")

    assert numbers(search("needle")) == []


def test_search_leaves_out_spam_trash_and_merged_ones_unless_asked(search: Search) -> None:
    inbox = said("needle")
    spam, trash = said("needle", folder=Folder.SPAM), said("needle", folder=Folder.TRASH)
    said("needle", merged_into=inbox)

    assert numbers(search("needle")) == [inbox.display_id]
    assert numbers(search("needle is:spam")) == [spam.display_id]
    assert numbers(search("needle is:trash")) == [trash.display_id]
    assert set(numbers(search("is:trash is:spam"))) == {spam.display_id, trash.display_id}


def test_search_needs_a_login(api_of: ApiOf) -> None:
    assert api_of(None).get(SEARCH, {"q": "x"}).status_code == 401


def test_search_takes_as_many_queries_for_many_finds_as_for_one(api_of: ApiOf, admin: User) -> None:
    client = api_of(admin)
    for _number in range(6):
        said("needle")
    client.get(SEARCH, {"q": "needle"})
    with CaptureQueriesContext(connection) as few:
        client.get(SEARCH, {"q": "needle"})
    for _number in range(20):
        said("needle", contact=make_contact())

    with CaptureQueriesContext(connection) as many:
        client.get(SEARCH, {"q": "needle"})

    asked = [query for query in many.captured_queries if not query["sql"].startswith("SET ")]
    assert len(many) == len(few)
    assert len(asked) <= 8


@pytest.mark.parametrize("text", HARMLESS)
def test_list_takes_any_search(api_of: ApiOf, admin: User, text: str) -> None:
    assert api_of(admin).get("/api/v1/conversations", {"q": text}).status_code == 200


def test_list_takes_a_search(api_of: ApiOf, admin: User) -> None:
    found = said("needle")
    said("needle", status="closed")
    said("hay")

    listed = api_of(admin).get("/api/v1/conversations", {"q": "needle", "status": "open"}).json()["results"]

    assert [one["id"] for one in listed] == [str(found.id)]


def test_note_is_found_as_such(search: Search, agent: User) -> None:
    conversation = make_conversation()
    make_message(conversation, kind=MessageKind.NOTE, agent=agent, body_text="needle")
    make_searchable(conversation)

    assert search("needle")["results"][0]["message_kind"] == "note"
