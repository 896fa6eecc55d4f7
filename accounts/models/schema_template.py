"""The SQL from which a new account's schema is made."""

from django.db import models


class SchemaTemplate(models.Model):
    """A dump of a freshly migrated schema; `fingerprint` names the migrations that it holds."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    sql = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.fingerprint
