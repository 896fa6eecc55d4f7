"""Articles: which there are, writing and changing one, its versions, importing many, deleting one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from ai.actions.import_articles import ImportOutcome, import_articles
from ai.actions.save_article import change_article, create_article, delete_article, restore_article
from ai.article_files import ARCHIVE_BYTES_MOST, UnreadableArticles, read_article_files
from ai.forms import ArticleForm, ImportForm
from ai.models import Article
from ai.queries.articles import article_versions, articles, get_article, get_article_version
from ai.views import article_shapes as shapes
from conversations.views.settings_page import render_settings
from hummdesk.errors import Conflict, NotFound, ValidationFailed
from hummdesk.http import see_other
from hummdesk.keyset import KeysetPage, keyset_page
from teams.access import Viewer, viewer_of

_PARTIALS = frozenset({"log-found", "more-rows"})
_ROWS = 50
_NUMBER_MOST = 2**31 - 1


@member_required
@require_GET
def article_list(request: MemberRequest) -> HttpResponse:
    """Show the articles, the newest first, those of one status, or with words."""
    viewer = _writer(request)
    asked = shapes.asked_list(request.GET)
    cursor = request.GET.get("cursor", "")
    page: KeysetPage[Article] = keyset_page(articles(asked.filters), ("-updated_at",), limit=_ROWS, cursor=cursor)
    context = {
        "rows": [shapes.article_row(row) for row in page.rows],
        "next_url": asked.address(cursor=page.next_cursor) if page.next_cursor else "",
        "list_url": reverse("settings-articles"),
        "all_url": reverse("settings-articles"),
        "show": asked.show,
        "sought": asked.text,
        "is_filtered": bool(asked.show or asked.text),
        "log_tabs": asked.tabs(),
    }
    return _page(request, viewer, "articles", context)


@member_required
@require_http_methods(["GET", "POST"])
def article_create(request: MemberRequest) -> HttpResponse:
    """Write a new article."""
    viewer = _writer(request)
    if request.method == "GET":
        return _show(request, viewer, None, ArticleForm(initial={"language": request.account.language}))
    return _keep(request, viewer, None, ArticleForm(request.POST))


@member_required
@require_http_methods(["GET", "POST"])
def article_edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """Change an article."""
    viewer = _writer(request)
    article = get_article(id)
    is_html = not article.body_markdown
    if request.method == "GET":
        return _show(request, viewer, article, ArticleForm(initial=shapes.form_values(article), is_html=is_html))
    return _keep(request, viewer, article, ArticleForm(request.POST, is_html=is_html))


@member_required
@require_GET
def article_compare(request: MemberRequest, id: UUID) -> HttpResponse:
    """Show what a version changed in the one before it."""
    viewer = _writer(request)
    article = get_article(id)
    number = _number(request.GET.get("number", str(article.version)))
    version = get_article_version(id, number)
    before = get_article_version(id, number - 1) if number > 1 else None
    return _page(request, viewer, "article_compare", shapes.comparison(article, version, before))


@member_required
@require_POST
def article_restore(request: MemberRequest, id: UUID) -> HttpResponse:
    """Let an article say again what a version of it said."""
    number = _number(request.POST.get("number", ""))
    restore_article(viewer=_writer(request), article_id=id, number=number)
    messages.success(request, _("Version %(number)s is back") % {"number": number})
    return see_other(reverse("article-edit", args=[id]))


@member_required
@require_POST
def article_delete(request: MemberRequest, id: UUID) -> HttpResponse:
    """Delete an article with its versions."""
    viewer = _writer(request)
    article = get_article(id)
    delete_article(viewer=viewer, article_id=id)
    messages.info(request, _("“%(name)s” is deleted.") % {"name": article.title})
    return see_other(reverse("settings-articles"))


@member_required
@require_http_methods(["GET", "POST"])
def article_import(request: MemberRequest) -> HttpResponse:
    """Take articles from a file, and say what became of each."""
    viewer = _writer(request)
    if request.method == "GET":
        form = ImportForm(initial={"language": request.account.language})
        return _page(request, viewer, "article_import", {"form": form})
    form = ImportForm(request.POST, request.FILES)
    outcome = _imported(viewer, form)
    if outcome is None:
        return _page(request, viewer, "article_import", {"form": form}, status=422)
    return _page(request, viewer, "article_import", {"form": form, "outcome": _told(outcome)})


def _writer(request: MemberRequest) -> Viewer:
    """Return the viewer, who manages knowledge. Raises: PermissionDenied."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.MANAGE_KNOWLEDGE)
    return viewer


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 11 and 0 < int(text) <= _NUMBER_MOST):
        raise NotFound
    return int(text)


def _keep(request: MemberRequest, viewer: Viewer, article: Article | None, form: ArticleForm) -> HttpResponse:
    kept = _kept(viewer, article, form)
    if kept is None:
        return _show(request, viewer, article, form, status=422)
    messages.success(request, _("Saved"))
    return see_other(reverse("article-edit", args=[kept.id]))


def _kept(viewer: Viewer, article: Article | None, form: ArticleForm) -> Article | None:
    """Return the article as it is kept now, None where the form has errors, which then says so."""
    if not form.is_valid():
        return None
    try:
        if article is None:
            return create_article(viewer=viewer, fields=form.changes)
        version = form.cleaned_data["version"]
        return change_article(viewer=viewer, article_id=article.id, changes=form.changes, version=version)
    except Conflict:
        form.add_error(None, _("Somebody else has changed this article meanwhile. Copy your words, and open it anew."))
    except ValidationFailed as error:
        for name, texts in error.errors.items():
            place = "body" if name.startswith("body") else name if name in form.fields else None
            for text in texts:
                form.add_error(place, text)
    return None


def _imported(viewer: Viewer, form: ImportForm) -> ImportOutcome | None:
    if not form.is_valid():
        return None
    file = form.cleaned_data["file"]
    defaults = {name: form.cleaned_data[name] for name in ("language", "status", "visibility")}
    try:
        if file.size > ARCHIVE_BYTES_MOST:
            raise UnreadableArticles(file.name)
        found = read_article_files(file.name, file.read())
    except UnreadableArticles:
        form.add_error("file", _("This file could not be read, or it is too large."))
        return None
    return import_articles(viewer=viewer, files=found, defaults=defaults)


def _told(outcome: ImportOutcome) -> dict[str, Any]:
    counts = [
        ngettext("%(count)d article is new.", "%(count)d articles are new.", outcome.created_count)
        % {"count": outcome.created_count},
        ngettext("%(count)d has changed.", "%(count)d have changed.", outcome.changed_count)
        % {"count": outcome.changed_count},
        ngettext("%(count)d is the same.", "%(count)d are the same.", outcome.same_count)
        % {"count": outcome.same_count},
    ]
    refused = [{"source": source, "reason": reason} for source, reason in outcome.refused]
    return {"text": " ".join(counts), "refused": refused}


def _show(
    request: MemberRequest, viewer: Viewer, article: Article | None, form: ArticleForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "article": shapes.edited_article(article, article_versions(article)[:20]) if article else None,
        "action_url": reverse("article-edit", args=[article.id]) if article else reverse("article-create"),
    }
    return _page(request, viewer, "article", context, status=status)


def _page(request: MemberRequest, viewer: Viewer, name: str, context: Any, *, status: int = 200) -> HttpResponse:
    template = f"settings/{name}.html"
    return render_settings(
        request, viewer, template, context, page="settings-articles", partials=_PARTIALS, status=status
    )
