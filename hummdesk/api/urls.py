"""The API: health outside of any version, the schema and its pages, and version 1."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from hummdesk.api.docs import SchemaView, api_docs
from hummdesk.api.unknown import unknown_call
from hummdesk.health import api_health, api_ready

v1: list[URLPattern | URLResolver] = [
    path("", include("accounts.api.urls")),
    path("", include("teams.api.urls")),
    path("", include("conversations.api.urls")),
    path("", include("email_channel.api.urls")),
    path("", include("analytics.api.urls")),
    path("", include("ai.api.urls")),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("health", api_health, name="api-health"),
    path("ready", api_ready, name="api-ready"),
    path("schema", SchemaView.as_view(), name="api-schema"),
    path("docs", api_docs, name="api-docs"),
    path("v1/", include(v1)),
    re_path("", unknown_call, name="api-unknown"),
]
