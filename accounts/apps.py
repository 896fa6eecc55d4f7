"""The app of accounts (tenants), their domains, and who may enter them."""

from django.apps import AppConfig
from django.db.models.signals import post_delete


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        """Deletes cost one statement: django-tenants hears of those of accounts alone, not of every model's.

        Django reads the rows of a model before it deletes them when somebody listens.
        """
        from django_tenants.signals import tenant_delete_callback  # needs the models

        post_delete.disconnect(tenant_delete_callback)
        post_delete.connect(tenant_delete_callback, sender=self.get_model("Account"))
