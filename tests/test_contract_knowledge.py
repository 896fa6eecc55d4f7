"""A stranger's client of the knowledge base: API.md "AI and knowledge base", with nothing but HTTP and a token."""

import pytest

from accounts.models import Account, User
from tests.fixtures.live import LiveServer
from tests.test_contract import Stranger

ARTICLE = {
    "id",
    "title",
    "body_html",
    "body_markdown",
    "body_text",
    "category",
    "language",
    "status",
    "visibility",
    "tags",
    "review_on",
    "version",
    "author",
    "published_at",
    "created_at",
    "updated_at",
}


@pytest.fixture
def leaders_api(committed: None, live: LiveServer, acme: Account, leader: User) -> Stranger:
    return Stranger(live, leader.email)


def test_articles_are_written_found_changed_and_deleted(leaders_api: Stranger) -> None:
    api = leaders_api
    fields = {
        "title": "Returning a parcel",
        "body_markdown": "# By post\n\nPrint the **return label** and bring the parcel to any post office.",
        "category": "Orders",
        "language": "en",
        "status": "published",
        "tags": ["returns"],
    }

    made = api.post("/knowledge-base", fields)
    path = f"/knowledge-base/{made['id']}"
    listed = api.get("/knowledge-base?status=published&tag=returns")
    answer = api.post("/knowledge-base/search", {"query": "Where do I get a return label?", "limit": 3}, status=200)
    changed = api.patch(path, {"body_html": "<p>Ask us for a label.</p>", "version": made["version"]})

    assert set(made) == ARTICLE
    assert "<strong>return label</strong>" in made["body_html"]
    assert made["visibility"] == "public"
    assert [one["id"] for one in listed["results"]] == [made["id"]]
    (found,) = answer["results"]
    assert set(answer) == {"results", "took_ms"}
    assert {"article_id", "title", "snippet", "chunk_id", "score", "match"} <= set(found)
    assert set(found["match"]) == {"keyword_rank", "semantic_rank"}
    assert (found["article_id"], found["match"]["keyword_rank"]) == (made["id"], 1)
    assert (changed["version"], changed["body_markdown"]) == (2, "")
    assert api.patch(path, {"title": "Other", "version": 1}, status=409)["code"] == "conflict"
    assert [one["number"] for one in api.get(f"{path}/versions")["results"]] == [2, 1]
    assert api.post(f"{path}/restore", {"number": 1}, status=200)["version"] == 3
    api.delete(path)
    api.get(path, expect=404)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"title": " ", "body_html": "<p>x</p>"}, "title"),
        ({"title": "x"}, "body_html"),
        ({"title": "x", "body_html": "<p>x</p>", "body_markdown": "x"}, "body_markdown"),
        ({"title": "x", "body_html": "<p>x</p>", "status": "gone"}, "status"),
        ({"title": "x", "body_html": "<p>x</p>", "colour": "red"}, "colour"),
    ],
)
def test_what_an_article_can_not_be_is_told_by_field(leaders_api: Stranger, fields: dict[str, str], name: str) -> None:
    refused = leaders_api.post("/knowledge-base", fields, status=422)

    assert (refused["code"], list(refused["errors"])) == ("validation_error", [name])


def test_agents_read_and_do_not_write(leaders_api: Stranger, live: LiveServer, agent: User) -> None:
    made = leaders_api.post("/knowledge-base", {"title": "Refunds", "body_html": "<p>Within a week.</p>"})
    api = Stranger(live, agent.email)

    assert api.get(f"/knowledge-base/{made['id']}")["status"] == "draft"
    assert api.post("/knowledge-base", {"title": "x", "body_html": "<p>x</p>"}, status=403)["code"]
    api.patch(f"/knowledge-base/{made['id']}", {"title": "x"}, status=403)
