"""`manage.py create_account`: a new account with its first admin."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actions.create_account import open_account
from accounts.links import link_to
from hummdesk.errors import DomainError


class Command(BaseCommand):
    """Opens an account; whoever has the address is its admin, or gets an invitation by mail."""

    help = "Create an account with its schema, and make somebody its admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="what the account is called")
        parser.add_argument("--slug", required=True, help="the first part of its host name")
        parser.add_argument("--admin-email", required=True, help="the admin's address: a user's, or one to invite")
        parser.add_argument("--timezone", default="UTC", help="IANA name, such as Europe/Helsinki")
        parser.add_argument("--language", default="en", help="en, fi or sv")

    def handle(self, *args: Any, **options: Any) -> None:
        fields = {field: options[field] for field in ("name", "slug", "admin_email", "timezone", "language")}
        try:
            account = open_account(**fields)
        except DomainError as error:
            lines = [f"{field}: {' '.join(texts)}" for field, texts in error.errors.items()]
            raise CommandError("\n".join(lines) or str(error.detail)) from error
        self.stdout.write(f"{account.name} is at {link_to(account, '/')}")
