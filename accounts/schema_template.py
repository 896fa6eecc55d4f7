"""New schemas from a dump: a fifth of the time that running all migrations takes.

django-tenants' own cloning loses the dimensions of `vector(384)`, hence pg_dump (docs/decisions/0003).
"""

import hashlib
import os
import re
import subprocess
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import SchemaTemplate
from hummdesk.embedded.postgres import postgres_bin
from hummdesk.tenancy.context import enter_platform

# Unlike any word in the migrations, since it is replaced as text.
TEMPLATE_SCHEMA = "hdtemplate0"
_NOT_FOR_REPLAY = re.compile(r"SET |SELECT pg_catalog\.set_config|--|\\")


def migrations_fingerprint() -> str:
    """Return a hash of all migration files of the tenant apps: it changes when the template must."""
    digest = hashlib.sha256()
    for app in settings.TENANT_APPS:
        folder = Path(apps.get_app_config(app.rsplit(".", 1)[-1]).path) / "migrations"
        for file in sorted(folder.glob("[0-9]*.py")):
            digest.update(f"{app}/{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def ensure_schema_template() -> bool:
    """A template for the current migrations is stored. Returns whether one had to be made (seconds).

    Raises: subprocess.CalledProcessError when pg_dump fails.
    """
    fingerprint = migrations_fingerprint()
    if SchemaTemplate.objects.filter(fingerprint=fingerprint).exists():
        return False
    _drop_template_schema()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {TEMPLATE_SCHEMA}")
    try:
        call_command(
            "migrate_schemas",
            schema_name=TEMPLATE_SCHEMA,
            interactive=False,
            verbosity=0,
        )
        sql = _dump()
    finally:
        enter_platform()
        _drop_template_schema()
    SchemaTemplate.objects.exclude(fingerprint=fingerprint).delete()
    SchemaTemplate.objects.update_or_create(fingerprint=fingerprint, defaults={"sql": sql})
    return True


def create_schema(schema_name: str) -> None:
    """The schema exists, migrated, in the caller's transaction.

    Raises: ValueError for a name that is not ours to make, SchemaTemplate.DoesNotExist before
    `manage.py migrate_accounts` has run.
    """
    if not re.fullmatch(r"account_[a-z0-9_]{1,50}", schema_name):
        raise ValueError(schema_name)
    sql = SchemaTemplate.objects.get(fingerprint=migrations_fingerprint()).sql
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = off")
        cursor.execute(re.sub(rf"\b{TEMPLATE_SCHEMA}\b", schema_name, sql))


def _drop_template_schema() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {TEMPLATE_SCHEMA} CASCADE")


def _dump() -> str:
    database = connection.settings_dict
    environment = {
        **os.environ,
        # Not in the arguments, which other users of the machine can see.
        "PGPASSWORD": database["PASSWORD"],
        "PGUSER": database["USER"],
        "PGHOST": database["HOST"],
        "PGPORT": database["PORT"],
    }
    dumped = subprocess.run(
        [
            postgres_bin() / "pg_dump",
            "--dbname",
            database["NAME"],
            "--schema",
            TEMPLATE_SCHEMA,
            "--no-owner",
            "--no-privileges",
            "--no-comments",
            "--rows-per-insert=500",
        ],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return "\n".join(line for line in dumped.stdout.splitlines() if not _NOT_FOR_REPLAY.match(line))
