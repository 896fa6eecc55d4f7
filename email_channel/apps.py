"""The app of mail: in, out, and what became of it."""

from django.apps import AppConfig


class EmailChannelConfig(AppConfig):
    name = "email_channel"
