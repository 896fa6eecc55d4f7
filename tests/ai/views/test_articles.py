"""The pages of articles."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from ai.models import Article
from tests.ai.conftest import MakeArticle
from tests.fixtures.cast import ClientOf

pytestmark = pytest.mark.django_db
ARTICLES = "/settings/articles"
FORM = {"title": "Returns", "body": "# By post\n\nPrint a **label**.", "status": "draft", "visibility": "public"}


def _form(**given: Any) -> dict[str, Any]:
    return {**FORM, "language": "en", "tags": "post, label", **given}


def test_article_is_written_changed_compared_restored_and_deleted(client_of: ClientOf, leader: User) -> None:
    client = client_of(leader)

    made = client.post(f"{ARTICLES}/new", _form())
    article = Article.objects.get()
    url = f"{ARTICLES}/{article.id}"
    changed = client.post(url, _form(body="Ask us.", version=1))
    compared = client.get(f"{url}/versions?number=2").content.decode()
    restored = client.post(f"{url}/restore", {"number": "1"})

    assert [one.status_code for one in (made, changed, restored)] == [303, 303, 303]
    assert "<ins>Ask us.</ins>" in compared
    assert "<del>Print a **label**.</del>" in compared
    article.refresh_from_db()
    assert (article.version, article.body_markdown, article.tags) == (3, FORM["body"], ["post", "label"])
    assert client.post(f"{url}/delete").status_code == 303
    assert client.get(url).status_code == 404


def test_list_shows_what_is_asked_for(client_of: ClientOf, leader: User, make_article: MakeArticle) -> None:
    make_article("Public words")
    make_article("Draft words", status="draft")
    client = client_of(leader)

    drafts = client.get(f"{ARTICLES}?show=draft").content.decode()
    sought = client.get(f"{ARTICLES}?q=public").content.decode()

    assert "Draft words" in drafts
    assert "Public words" not in drafts
    assert "Public words" in sought
    assert "Draft words" not in sought


def test_form_with_faults_comes_back_with_every_word(client_of: ClientOf, leader: User) -> None:
    page = client_of(leader).post(f"{ARTICLES}/new", _form(title="", body="My long text"))

    assert page.status_code == 422
    assert "My long text" in page.content.decode()
    assert not Article.objects.exists()


def test_stale_form_is_not_saved(client_of: ClientOf, leader: User) -> None:
    client = client_of(leader)
    client.post(f"{ARTICLES}/new", _form())
    url = f"{ARTICLES}/{Article.objects.get().id}"
    client.post(url, _form(body="Mine.", version=1))

    page = client.post(url, _form(body="Theirs.", version=1))

    assert page.status_code == 422
    assert Article.objects.get().body_markdown == "Mine."


def test_file_is_imported(client_of: ClientOf, leader: User) -> None:
    client = client_of(leader)
    choices = {"language": "en", "status": "draft", "visibility": "internal"}

    done = client.post(f"{ARTICLES}/import", {**choices, "file": SimpleUploadedFile("a.md", b"# A\n\nText")})
    refused = client.post(f"{ARTICLES}/import", {**choices, "file": SimpleUploadedFile("a.exe", b"x")})

    assert "1 article is new." in done.content.decode()
    assert refused.status_code == 422
    assert Article.objects.get().visibility == "internal"


def test_agents_may_not_open_them(client_of: ClientOf, agent: User, make_article: MakeArticle) -> None:
    article = make_article()

    assert client_of(agent).get(ARTICLES).status_code == 403
    assert client_of(agent).get(f"{ARTICLES}/{article.id}").status_code == 403
