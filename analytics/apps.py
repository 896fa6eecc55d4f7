"""The app of figures: it reads all others, and asks customers how they were helped."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
