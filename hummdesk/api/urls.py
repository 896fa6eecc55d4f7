"""The API: health outside of any version, the schema and its pages, and version 1."""

from django.urls import URLPattern, URLResolver, include, path

v1: list[URLPattern | URLResolver] = [
    path("", include("accounts.api.urls")),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(v1)),
]
