"""Articles as pages show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from ai.article_diff import article_diff
from ai.enums import ArticleStatus, Visibility
from ai.models import Article, ArticleVersion
from conversations.views.shapes.shape import Shape

_SEARCH_CHARS = 200
_REVIEW = "review"
_LOOKS = {ArticleStatus.PUBLISHED: "chip-ok", ArticleStatus.DRAFT: "chip-warn"}


@dataclass(frozen=True)
class AskedList:
    """Which articles an address asks for: `show` is a status, "review", or "" for all."""

    show: str
    text: str

    @property
    def filters(self) -> dict[str, Any]:
        """The same as `articles` takes them."""
        narrowed = {"needs_review": True} if self.show == _REVIEW else {"status": self.show}
        return {"q": self.text, **narrowed}

    def address(self, **given: str) -> str:
        """Return the address of this list, with these instead."""
        named = {name: value for name, value in ({"show": self.show, "q": self.text} | given).items() if value}
        url = reverse("settings-articles")
        return f"{url}?{urlencode(named)}" if named else url

    def tabs(self) -> list[Shape]:
        """Return the choices of what to show."""
        choices = [("", _("All")), *ArticleStatus.choices, (_REVIEW, _("To review"))]
        return [
            {"label": label, "url": self.address(show=value), "is_current": value == self.show}
            for value, label in choices
        ]


def asked_list(asked: Mapping[str, str]) -> AskedList:
    """Return what the address asks for; a status that there is not means all."""
    show = asked.get("show", "")
    text = asked.get("q", "").replace("\x00", "").strip()[:_SEARCH_CHARS]
    return AskedList(show if show in (*ArticleStatus.values, _REVIEW) else "", text)


def article_row(article: Article) -> Shape:
    """Return a row of the list."""
    return {
        "url": reverse("article-edit", args=[article.id]),
        "title": article.title,
        "category": article.category,
        "status": article.get_status_display(),
        "look": _LOOKS.get(ArticleStatus(article.status), ""),
        "is_internal": article.visibility == Visibility.INTERNAL,
        "language": dict(settings.LANGUAGES)[article.language],
        "at": article.updated_at,
    }


def form_values(article: Article) -> dict[str, Any]:
    """Return what the form shows of an article."""
    names = ("title", "status", "visibility", "language", "category", "review_on", "version")
    return {
        **{name: getattr(article, name) for name in names},
        "body": article.body_markdown or article.body_html,
        "tags": ", ".join(article.tags),
    }


def edited_article(article: Article, versions: Iterable[ArticleVersion]) -> Shape:
    """Return what the page shows of an article beside its form."""
    return {
        "title": article.title,
        "delete_url": reverse("article-delete", args=[article.id]),
        "restore_url": reverse("article-restore", args=[article.id]),
        "versions": [
            {
                "number": one.number,
                "author": one.author_name,
                "at": one.created_at,
                "title": one.title,
                "url": f"{reverse('article-compare', args=[article.id])}?number={one.number}",
                "is_newest": one.number == article.version,
            }
            for one in versions
        ],
    }


def comparison(article: Article, version: ArticleVersion, before: ArticleVersion | None) -> dict[str, Any]:
    """Return the page of what a version changed."""
    return {
        "title": article.title,
        "back_url": reverse("article-edit", args=[article.id]),
        "number": version.number,
        "author": version.author_name,
        "at": version.created_at,
        "lines": article_diff(_whole(before), _whole(version)),
    }


def _whole(version: ArticleVersion | None) -> str:
    if version is None:
        return ""
    return f"{version.title}\n\n{version.body_markdown or version.body_text}"
