"""`manage.py reconcile_loads`: count what agents have in hand, and say whose load was wrong."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.queries import active_accounts
from conversations.actions.reconcile_loads import reconcile_loads
from hummdesk.events.actor import Actor
from hummdesk.tenancy.context import account_context


class Command(BaseCommand):
    """Counts one account after the other, each in its own transaction; fails if a load was wrong."""

    help = "Count the load of every agent anew, print what differed, and exit with 1 if anything did."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", metavar="SLUG", help="count only this one")

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = [one for one in active_accounts() if options["account"] in (None, one.slug)]
        if options["account"] and not accounts:
            raise CommandError(f"There is no account {options['account']}.")
        wrong = 0
        for account in accounts:
            with account_context(account):
                corrections = reconcile_loads(actor=Actor.system())
            for one in corrections:
                self.stdout.write(f"{account.slug}: agent {one.agent_id} had {one.after}, not {one.before}")
            wrong += len(corrections)
        if wrong:
            raise CommandError(f"{wrong} loads were wrong, and are right now.")
        self.stdout.write(f"All loads are right ({len(accounts)} accounts).")
