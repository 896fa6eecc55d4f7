"""The app of figures: it reads all others and changes none."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
