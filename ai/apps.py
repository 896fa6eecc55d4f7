"""The app of what models read, write and know."""

from django.apps import AppConfig


class AiConfig(AppConfig):
    name = "ai"
