"""The app of what all API calls share: problems, pages, idempotency, the schema."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "hummdesk.api"
    label = "api"
