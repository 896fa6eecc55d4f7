"""The API of conversations, messages, contacts and what agents keep, under /api/v1/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
