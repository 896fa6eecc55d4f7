"""`manage.py seed_demo`: two accounts with believable conversations, to look at and to measure with."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from conversations.demo.accounts import DEMO_SLUGS
from email_channel.actions.make_demo_account import (
    DEMO_OPERATOR,
    DEMO_PASSWORD,
    make_demo_account,
    make_demo_operator,
)

DEFAULT_CONVERSATIONS = 200


class Command(BaseCommand):
    """Each account is made in one transaction, so that a rerun goes on where a broken run stopped."""

    help = "Make the demo accounts nordhem and acme, with log-ins that everybody knows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--conversations",
            type=int,
            default=DEFAULT_CONVERSATIONS,
            metavar="N",
            help=f"fill each account up to N conversations ({DEFAULT_CONVERSATIONS})",
        )
        parser.add_argument("--account", choices=DEMO_SLUGS, help="make only this one")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same conversations (1)")
        parser.add_argument("--if-empty", action="store_true", help="leave accounts alone that have conversations")
        parser.add_argument("--force", action="store_true", help="run although DEBUG is off")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG and not options["force"]:
            raise CommandError(
                "seed_demo makes log-ins with a password that everybody knows, so it refuses while DEBUG is off. "
                "Add --force if you mean it."
            )
        if options["conversations"] < 0:
            raise CommandError("--conversations takes a number from 0 up.")
        make_demo_operator()
        for slug in [options["account"]] if options["account"] else DEMO_SLUGS:
            self._make(slug, options)
        self.stdout.write(f"Log-ins: admin@, leader@, agent@, agent2@<account>.example and {DEMO_OPERATOR}")
        self.stdout.write(f"Password of all: {DEMO_PASSWORD}")

    def _make(self, slug: str, options: dict[str, Any]) -> None:
        started = time.perf_counter()
        report = make_demo_account(
            slug=slug,
            conversation_count=options["conversations"],
            seed=options["seed"],
            now=timezone.now(),
            only_if_empty=options["if_empty"],
        )
        took_s = time.perf_counter() - started
        made = "new account, " if report.is_new else ""
        self.stdout.write(
            f"{slug}: {made}{report.written_count:,} conversations written in {took_s:.1f} s, "
            f"{report.conversation_count:,} in all"
        )
