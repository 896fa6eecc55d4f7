"""Which schemas lack migrations: one statement over all of them, since asking each in turn takes minutes."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django_tenants.utils import get_public_schema_name
from psycopg import sql

Execute = Callable[[sql.Composed], Iterable[Sequence[Any]]]


def schemas_behind(execute: Execute, account_schemas: Sequence[str]) -> list[str]:
    """Return those of `public` and these account schemas that lack migrations, `public` first.

    `execute` runs a statement and returns its rows. Only the apps that belong into a schema count: each
    `django_migrations` names all apps, those of the other kind as done though nothing of them is there.
    """
    public = get_public_schema_name()
    labels = {public: _labels(settings.SHARED_APPS)} | dict.fromkeys(account_schemas, _labels(settings.TENANT_APPS))
    statement = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}, count(*) FROM {}.django_migrations WHERE app = ANY({})").format(
            sql.Literal(schema), sql.Identifier(schema), sql.Literal(labels[schema])
        )
        for schema in labels
    )
    applied = {str(schema): int(count) for schema, count in execute(statement)}
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return [schema for schema in labels if applied[schema] < _migration_count(loader, labels[schema])]


def _labels(app_names: Sequence[str]) -> list[str]:
    return [config.label for config in apps.get_app_configs() if config.name in app_names]


def _migration_count(loader: MigrationLoader, labels: Sequence[str]) -> int:
    return sum(1 for label, _name in loader.disk_migrations or () if label in labels)
