from typing import Any

import pytest

from accounts.models import Account, User
from ai.actions.save_article import change_article, create_article, delete_article, restore_article
from ai.models import Article, ArticleChunk, ChunkVector
from ai.queries.articles import article_versions
from hummdesk.errors import ChangedMeanwhile, PermissionDenied, ValidationFailed
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer, viewer_of
from tests.ai.conftest import MakeArticle

pytestmark = pytest.mark.django_db


def test_markdown_becomes_safe_html(writer: Viewer) -> None:
    fields = {"title": "Safe", "body_markdown": "# Head\n\n<script>alert(1)</script> [x](javascript:alert(1)) **b**"}

    article = create_article(viewer=writer, fields=fields)

    assert "<h1>Head</h1>" in article.body_html
    assert "<strong>b</strong>" in article.body_html
    assert "<script" not in article.body_html
    assert "href" not in article.body_html
    assert article.language == "en"
    assert LoggedEvent.objects.get(type="ArticleChanged").data["changed"] == ["created"]


def test_other_words_make_a_version_and_other_places_do_not(writer: Viewer, make_article: MakeArticle) -> None:
    article = make_article(body="One.")

    change_article(viewer=writer, article_id=article.id, changes={"category": "Orders"})
    changed = change_article(viewer=writer, article_id=article.id, changes={"body_html": "<p>Two.</p>"}, version=1)

    assert changed.version == 2
    assert [one.body_text.strip() for one in article_versions(article)] == ["Two.", "One."]


def test_stale_version_changes_nothing(writer: Viewer, make_article: MakeArticle) -> None:
    article = make_article(body="One.")
    change_article(viewer=writer, article_id=article.id, changes={"body_html": "<p>Two.</p>"})

    with pytest.raises(ChangedMeanwhile):
        change_article(viewer=writer, article_id=article.id, changes={"title": "Late"}, version=1)

    assert Article.objects.get().title == "Returns"


def test_version_is_brought_back_as_a_new_one(writer: Viewer, make_article: MakeArticle) -> None:
    article = make_article(body="One.")
    change_article(viewer=writer, article_id=article.id, changes={"body_markdown": "Two."})

    restored = restore_article(viewer=writer, article_id=article.id, number=1)

    assert (restored.version, restored.body_markdown, restored.body_text.strip()) == (3, "", "One.")


def test_passages_that_stay_keep_their_vectors(writer: Viewer, make_article: MakeArticle) -> None:
    article = make_article(body_html="<h2>A</h2><p>First.</p><h2>B</h2><p>Second.</p>", body="")
    before = {chunk.text: chunk.id for chunk in ArticleChunk.objects.all()}
    html = "<h2>C</h2><p>New.</p><h2>A</h2><p>First.</p><h2>B</h2><p>Second.</p>"

    change_article(viewer=writer, article_id=article.id, changes={"body_html": html})

    after = {chunk.text: (chunk.id, chunk.position) for chunk in ArticleChunk.objects.all()}
    assert after["First."] == (before["First."], 1)
    assert after["Second."] == (before["Second."], 2)
    assert ChunkVector.objects.count() == 2


def test_hidden_articles_take_their_vectors_from_strangers(writer: Viewer, make_article: MakeArticle) -> None:
    article = make_article()

    change_article(viewer=writer, article_id=article.id, changes={"visibility": "internal"})
    assert not ChunkVector.objects.filter(is_public=True).exists()
    change_article(viewer=writer, article_id=article.id, changes={"status": "archived"})

    assert not ArticleChunk.objects.exists()
    assert not ChunkVector.objects.exists()


def test_deleting_takes_all_of_it(writer: Viewer, make_article: MakeArticle) -> None:
    delete_article(viewer=writer, article_id=make_article().id)

    assert not Article.objects.exists()
    assert not ArticleChunk.objects.exists()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"title": ""}, "title"),
        ({"body_html": "<script>x</script>"}, "body_html"),
        ({"language": "xx"}, "language"),
        ({"tags": [str(number) for number in range(21)]}, "tags"),
        ({"body_html": "x" * 200_001}, "body_html"),
    ],
)
def test_refusals_name_the_field_and_change_nothing(
    writer: Viewer, make_article: MakeArticle, changes: dict[str, Any], name: str
) -> None:
    article = make_article()

    with pytest.raises(ValidationFailed) as refused:
        change_article(viewer=writer, article_id=article.id, changes=changes)

    assert list(refused.value.errors) == [name]
    assert Article.objects.get().version == 1


def test_agents_do_not_write(acme: Account, agent: User) -> None:
    viewer = viewer_of(agent.memberships.get(account=acme))

    with pytest.raises(PermissionDenied):
        create_article(viewer=viewer, fields={"title": "x", "body_html": "<p>x</p>"})

    assert not Article.objects.exists()
