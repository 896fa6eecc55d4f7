"""The API of sign-in, accounts and members, under /api/v1/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
