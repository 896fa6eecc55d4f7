"""The app of accounts (tenants), their domains, and who may enter them."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
