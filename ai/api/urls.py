"""Calls of AI and knowledge (API.md "AI and knowledge base")."""

from django.urls import path

from ai.api.knowledge import (
    ArticleRestoreView,
    ArticlesView,
    ArticleVersionsView,
    ArticleView,
    KnowledgeSearchView,
)

urlpatterns = [
    path("knowledge-base", ArticlesView.as_view(), name="api-articles"),
    path("knowledge-base/search", KnowledgeSearchView.as_view(), name="api-knowledge-search"),
    path("knowledge-base/<uuid:article_id>", ArticleView.as_view(), name="api-article"),
    path("knowledge-base/<uuid:article_id>/versions", ArticleVersionsView.as_view(), name="api-article-versions"),
    path("knowledge-base/<uuid:article_id>/restore", ArticleRestoreView.as_view(), name="api-article-restore"),
]
