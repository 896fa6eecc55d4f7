"""Articles of the knowledge base, and finding passages in them."""

from time import perf_counter
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from ai.actions.save_article import change_article, create_article, delete_article, restore_article
from ai.queries.articles import article_versions, articles, get_article
from ai.queries.knowledge_search import SearchMode, search_chunks
from ai.serializers.articles import (
    ArticleChangesInput,
    ArticleFilters,
    ArticleInput,
    ArticleOutput,
    ArticleRestoreInput,
    ArticleSummaryOutput,
    ArticleVersionOutput,
    KnowledgeSearchInput,
    KnowledgeSearchOutput,
)
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from teams.authentication import viewer_in

_RESULTS = 10


class ArticlesView(ApiView):
    """The account's articles."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"-updated_at": ("-updated_at",), "title": ("title",), "created_at": ("created_at",)}

    @extend_schema(
        operation_id="list_articles", parameters=[ArticleFilters], responses=ArticleSummaryOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        """List the articles, drafts and internal ones among them."""
        return self.page(articles(self.filters(ArticleFilters)), ArticleSummaryOutput)

    @extend_schema(operation_id="create_article", request=ArticleInput, responses={201: ArticleOutput})
    def post(self, request: Request) -> Response:
        """Write an article, for whoever manages knowledge."""
        article = create_article(viewer=viewer_in(request), fields=self.body(ArticleInput))
        return Response(ArticleOutput(get_article(article.id)).data, status=201)


class ArticleView(ApiView):
    """One article."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(operation_id="get_article", responses=ArticleOutput)
    def get(self, request: Request, article_id: UUID) -> Response:
        """Return the article."""
        return Response(ArticleOutput(get_article(article_id)).data)

    @extend_schema(operation_id="change_article", request=ArticleChangesInput, responses=ArticleOutput)
    def patch(self, request: Request, article_id: UUID) -> Response:
        """Change what is given; other words make a new version."""
        changes = self.body(ArticleChangesInput, partial=True)
        version = changes.pop("version", None)
        change_article(viewer=viewer_in(request), article_id=article_id, changes=changes, version=version)
        return Response(ArticleOutput(get_article(article_id)).data)

    @extend_schema(operation_id="delete_article", responses={204: None})
    def delete(self, request: Request, article_id: UUID) -> Response:
        """Delete the article with its versions."""
        delete_article(viewer=viewer_in(request), article_id=article_id)
        return Response(status=204)


class ArticleVersionsView(ApiView):
    """What an article has said."""

    permission_classes = [HasPermission(Permission.REPLY)]
    pagination_class = KeysetPagination
    orderings = {"number": ("-number",)}

    @extend_schema(operation_id="list_article_versions", responses=ArticleVersionOutput(many=True))
    def get(self, request: Request, article_id: UUID) -> Response:
        """List the versions, the newest first."""
        return self.page(article_versions(get_article(article_id)), ArticleVersionOutput)


class ArticleRestoreView(ApiView):
    """A version that holds again."""

    permission_classes = [HasPermission(Permission.MANAGE_KNOWLEDGE)]

    @extend_schema(operation_id="restore_article", request=ArticleRestoreInput, responses=ArticleOutput)
    def post(self, request: Request, article_id: UUID) -> Response:
        """Let the article say again what a version of it said, as its newest version."""
        number: int = self.body(ArticleRestoreInput)["number"]
        restore_article(viewer=viewer_in(request), article_id=article_id, number=number)
        return Response(ArticleOutput(get_article(article_id)).data)


class KnowledgeSearchView(ApiView):
    """Passages that answer a question."""

    permission_classes = [HasPermission(Permission.REPLY)]

    @extend_schema(
        operation_id="search_knowledge", request=KnowledgeSearchInput, responses={200: KnowledgeSearchOutput}
    )
    def post(self, request: Request) -> Response:
        """Find passages of published articles, internal ones among them, by words and by meaning."""
        asked = self.body(KnowledgeSearchInput)
        started = perf_counter()
        found = search_chunks(
            asked["query"],
            limit=asked.get("limit", _RESULTS),
            public_only=False,
            language=asked.get("language", ""),
            mode=SearchMode(asked.get("mode", SearchMode.HYBRID)),
        )
        took_ms = round((perf_counter() - started) * 1000)
        return Response(KnowledgeSearchOutput({"results": found, "took_ms": took_ms}).data)
