"""Pages of knowledge, on an account's host."""

from django.urls import path

from ai.views import articles

urlpatterns = [
    path("settings/articles", articles.article_list, name="settings-articles"),
    path("settings/articles/new", articles.article_create, name="article-create"),
    path("settings/articles/import", articles.article_import, name="article-import"),
    path("settings/articles/<uuid:id>", articles.article_edit, name="article-edit"),
    path("settings/articles/<uuid:id>/versions", articles.article_compare, name="article-compare"),
    path("settings/articles/<uuid:id>/restore", articles.article_restore, name="article-restore"),
    path("settings/articles/<uuid:id>/delete", articles.article_delete, name="article-delete"),
]
