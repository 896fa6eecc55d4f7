"""The account's articles and their versions."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from ai.models import Article, ArticleVersion
from hummdesk.errors import NotFound

# A text that was given is one of these columns' own values.
_EXACT = ("status", "visibility", "language", "category")


def articles(filters: Mapping[str, Any] | None = None) -> QuerySet[Article]:
    """Return articles with their authors. Filters: status, visibility, language, category, tag, q, needs_review."""
    given = {name: value for name, value in (filters or {}).items() if value not in ("", None)}
    condition = Q(**{name: given[name] for name in _EXACT if name in given})
    if "tag" in given:
        condition &= Q(tags__contains=[given["tag"]])
    if "q" in given:
        for word in given["q"].split()[:8]:
            condition &= Q(title__icontains=word) | Q(body_text__icontains=word)
    if given.get("needs_review"):
        condition &= Q(review_on__lte=timezone.localdate())
    return Article.objects.filter(condition).select_related("author")


def get_article(id: UUID, *, lock: bool = False) -> Article:
    """Return one article, locked if asked. One query. Raises: NotFound."""
    rows = Article.objects.select_related("author")
    if lock:
        rows = rows.select_for_update(of=("self",))
    article = rows.filter(id=id).first()
    if article is None:
        raise NotFound
    return article


def article_versions(article: Article) -> QuerySet[ArticleVersion]:
    """Return what an article has said, the newest first."""
    return ArticleVersion.objects.filter(article=article).order_by("-number")


def get_article_version(article_id: UUID, number: int) -> ArticleVersion:
    """Return what an article said in this version. One query. Raises: NotFound."""
    version = ArticleVersion.objects.filter(article=article_id, number=number).first()
    if version is None:
        raise NotFound
    return version


def article_with_source(source: str, language: str) -> Article | None:
    """Return the article that an import knows by this name. One query."""
    return Article.objects.filter(source=source, language=language).first()


def article_categories() -> Sequence[str]:
    """Return the names of categories that articles are in, by name. One query."""
    names = Article.objects.exclude(category="").order_by("category").values_list("category", flat=True)
    return list(names.distinct())
