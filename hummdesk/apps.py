"""The app of what all others share."""

from django.apps import AppConfig


class HummdeskConfig(AppConfig):
    name = "hummdesk"
