"""Articles are written, published, archived and deleted; what one said before stays as a version."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from ai.actions.index_article import forget_passages, index_article
from ai.enums import ArticleStatus, Visibility
from ai.events import ArticleChanged
from ai.markdown import markdown_to_html
from ai.models import Article, ArticleVersion
from ai.models.article import CATEGORY_CHARS, TAG_CHARS, TITLE_CHARS
from ai.queries.articles import get_article, get_article_version
from conversations.language import detect_language
from hummdesk.clean_text import clean_line, clean_text
from hummdesk.errors import ValidationFailed
from hummdesk.events.publishing import action, publish
from hummdesk.safe_html import html_to_text, sanitise_html
from hummdesk.versions import require_version
from teams.access import Viewer

BODY_CHARS = 200_000
TAGS_MOST = 20
_WORDS = ("title", "body_html", "body_markdown", "body_text")
_CHOICES = {
    "status": frozenset(ArticleStatus.values),
    "visibility": frozenset(Visibility.values),
    "language": frozenset(code for code, _name in settings.LANGUAGES),
}
_PLAIN = (*_CHOICES, "review_on", "source")
_FIELDS = (*_WORDS, *_PLAIN, "category", "tags")


@action
def create_article(*, viewer: Viewer, fields: Mapping[str, Any]) -> Article:
    """There is a new article, at its first version, and if it is published, searches find its words at once.

    Fields: title, body_html or body_markdown, category, language (else what the text is in), status, visibility, tags,
    review_on, source. Raises: PermissionDenied, ValidationFailed. Publishes: ArticleChanged.
    """
    viewer.require(Permission.MANAGE_KNOWLEDGE)
    article = Article(author=viewer.agent, language="")
    _fill(article, fields)
    article.language = article.language or detect_language(article.body_text) or "en"
    _save(article, is_new=True)
    _add_version(article, viewer)
    index_article(article)
    publish(ArticleChanged(actor=viewer.actor, article_id=article.id, changed=("created",)))
    return article


@action
def change_article(
    *, viewer: Viewer, article_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> Article:
    """The article has these values; other words make a new version. Locks it.

    Raises: NotFound, PermissionDenied, ValidationFailed, ChangedMeanwhile when `version` is not its newest.
    Publishes: ArticleChanged if anything differs.
    """
    viewer.require(Permission.MANAGE_KNOWLEDGE)
    article = get_article(article_id, lock=True)
    require_version(version, article.version)
    before = {name: getattr(article, name) for name in _FIELDS}
    _fill(article, changes)
    changed = tuple(name for name in _FIELDS if getattr(article, name) != before[name])
    if not changed:
        return article
    if not set(changed).isdisjoint(_WORDS):
        article.version += 1
        _add_version(article, viewer)
    _save(article, is_new=False)
    index_article(article)
    publish(ArticleChanged(actor=viewer.actor, article_id=article.id, changed=changed))
    return article


@action
def restore_article(*, viewer: Viewer, article_id: UUID, number: int) -> Article:
    """The article says again what it said in this version, as a new version. Locks it.

    Raises: NotFound, PermissionDenied. Publishes: ArticleChanged if that differs.
    """
    viewer.require(Permission.MANAGE_KNOWLEDGE)
    kept = get_article_version(article_id, number)
    body = {"body_markdown": kept.body_markdown} if kept.body_markdown else {"body_html": kept.body_html}
    return change_article(viewer=viewer, article_id=article_id, changes={"title": kept.title, **body})


@action
def delete_article(*, viewer: Viewer, article_id: UUID) -> None:
    """The article, its versions and its passages are gone. Locks it.

    Raises: NotFound, PermissionDenied. Publishes: ArticleChanged.
    """
    viewer.require(Permission.MANAGE_KNOWLEDGE)
    article = get_article(article_id, lock=True)
    forget_passages(article)
    article.delete()
    publish(ArticleChanged(actor=viewer.actor, article_id=article_id, changed=("deleted",)))


def _fill(article: Article, changes: Mapping[str, Any]) -> None:
    """Raises: ValidationFailed that names each field at fault."""
    errors: dict[str, list[str]] = {}
    for name in (*_PLAIN, *_CLEANED):
        if name in changes:
            setattr(article, name, _CLEANED.get(name, _as_it_is)(changes[name]))
    _fill_body(article, changes, errors)
    if not article.title:
        errors["title"] = [_("Give it a title.")]
    for name, values in _CHOICES.items():
        if getattr(article, name) not in values and not (name == "language" and not article.language):
            errors[name] = [_("Choose one of: %(names)s.") % {"names": ", ".join(sorted(values))}]
    if len(article.tags) > TAGS_MOST:
        errors["tags"] = [_("An article has at most %(count)d tags.") % {"count": TAGS_MOST}]
    if errors:
        raise ValidationFailed(errors=errors)
    if article.status == ArticleStatus.PUBLISHED and article.published_at is None:
        article.published_at = timezone.now()


def _fill_body(article: Article, changes: Mapping[str, Any], errors: dict[str, list[str]]) -> None:
    source, markup = changes.get("body_markdown"), changes.get("body_html")
    if source and markup:
        errors["body_markdown"] = [_("Give the text as HTML or as Markdown, not both.")]
    elif len(source or "") > BODY_CHARS or len(markup or "") > BODY_CHARS:
        name = "body_markdown" if source else "body_html"
        errors[name] = [_("An article has at most %(count)d characters.") % {"count": BODY_CHARS}]
    elif source:
        article.body_markdown = clean_text(source, BODY_CHARS)
        article.body_html = markdown_to_html(article.body_markdown)
    elif markup is not None:
        article.body_markdown, article.body_html = "", sanitise_html(clean_text(markup, BODY_CHARS))
    article.body_text = html_to_text(article.body_html)
    if not article.body_text.strip() and not errors:
        errors["body_markdown" if source is not None else "body_html"] = [_("Write something first.")]


def _tags(given: list[str]) -> list[str]:
    cleaned = (clean_line(tag, TAG_CHARS) for tag in given)
    return list(dict.fromkeys(tag for tag in cleaned if tag))


def _as_it_is(value: Any) -> Any:
    return value


_CLEANED: Mapping[str, Callable[[Any], Any]] = {
    "title": lambda text: clean_line(text, TITLE_CHARS),
    "category": lambda text: clean_line(text, CATEGORY_CHARS),
    "tags": _tags,
}


def _save(article: Article, *, is_new: bool) -> None:
    try:
        with transaction.atomic():
            if is_new:
                article.save(force_insert=True)
            else:
                article.save(update_fields=[*_FIELDS, "version", "published_at", "updated_at"])
    except IntegrityError as error:
        text = _("There is an article from this source in this language already.")
        raise ValidationFailed(errors={"source": [text]}) from error


def _add_version(article: Article, viewer: Viewer) -> None:
    words = {name: getattr(article, name) for name in _WORDS}
    ArticleVersion.objects.create(
        article=article, number=article.version, author_name=viewer.agent.name[:150], **words
    )
