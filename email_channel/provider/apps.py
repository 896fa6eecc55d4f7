"""The mail provider's side of the platform: rows that belong to no single account, in the public schema."""

from django.apps import AppConfig


class EmailProviderConfig(AppConfig):
    name = "email_channel.provider"
    label = "email_provider"
    verbose_name = "mail provider"
