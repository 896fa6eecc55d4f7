"""`manage.py migrate_accounts`: bring the public schema and every account's up to date."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from accounts.queries import accounts_behind
from accounts.schema_template import ensure_schema_template


class Command(BaseCommand):
    """Migrates only what is behind; a rerun goes on where a broken run stopped."""

    help = "Migrate the public schema, the template of new accounts, and each account that is behind."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--public-only", action="store_true", help="leave the accounts alone")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
        ensure_schema_template()
        if options["public_only"]:
            return
        behind = accounts_behind()
        for number, schema in enumerate(behind, start=1):
            self.stdout.write(f"Migrating {schema} ({number} of {len(behind)})")
            call_command("migrate_schemas", schema_name=schema, interactive=False, verbosity=0)
