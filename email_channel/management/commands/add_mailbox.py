"""`manage.py add_mailbox`: give an account an address to take mail on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.queries import account_with
from email_channel.actions.add_mailbox import add_mailbox
from hummdesk.errors import DomainError
from hummdesk.events.actor import Actor
from hummdesk.tenancy.context import account_context
from teams.models import Team
from teams.queries import team_with


class Command(BaseCommand):
    """Makes the mailbox and its route, and prints the signing secret, which is not shown again."""

    help = "Add a mailbox to an account: mail to its address goes there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", required=True, metavar="SLUG", help="the first part of the account's host")
        parser.add_argument("--address", required=True, help="the whole address, such as support@example.com")
        parser.add_argument("--name", required=True, help="whom customers see as the sender")
        parser.add_argument("--team", metavar="SLUG", help="the team that gets the mailbox's new conversations")

    def handle(self, *args: Any, **options: Any) -> None:
        account = account_with(options["account"])
        if account is None:
            raise CommandError(f"There is no account {options['account']}.")
        with account_context(account):
            self._add(options["address"], options["name"], _team(options["team"]))

    def _add(self, address: str, name: str, team: Team | None) -> None:
        try:
            mailbox = add_mailbox(address=address, name=name, actor=Actor.system(), team=team)
        except DomainError as error:
            lines = [f"{field}: {' '.join(texts)}" for field, texts in error.errors.items()]
            raise CommandError("\n".join(lines) or str(error.detail)) from error
        self.stdout.write(f"Mail to {mailbox.address} is taken in.")
        self.stdout.write(f"Signing secret, shown only now: {mailbox.secret}")


def _team(slug: str | None) -> Team | None:
    if slug is None:
        return None
    team = team_with(slug)
    if team is None:
        raise CommandError(f"The account has no team {slug}.")
    return team
