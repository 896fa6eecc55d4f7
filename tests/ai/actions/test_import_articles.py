import pytest

from ai.actions.import_articles import import_articles
from ai.article_files import ArticleFile
from ai.models import Article
from teams.access import Viewer

pytestmark = pytest.mark.django_db
DEFAULTS = {"language": "en", "status": "draft", "visibility": "internal"}


def test_second_import_changes_and_doubles_nothing(writer: Viewer) -> None:
    files = [
        ArticleFile("a.md", {"title": "A", "body_markdown": "One."}),
        ArticleFile("b.md", {"title": "B", "body_markdown": "Two.", "status": "published"}),
        ArticleFile("c.md", {"title": "", "body_markdown": ""}),
    ]

    first = import_articles(viewer=writer, files=files, defaults=DEFAULTS)
    files[0] = ArticleFile("a.md", {"title": "A", "body_markdown": "One more."})
    second = import_articles(viewer=writer, files=files, defaults=DEFAULTS)

    assert (first.created_count, [source for source, _reason in first.refused]) == (2, ["c.md"])
    assert (second.created_count, second.changed_count, second.same_count) == (0, 1, 1)
    assert list(Article.objects.order_by("title").values_list("title", "status", "version")) == [
        ("A", "draft", 2),
        ("B", "published", 1),
    ]
