"""`manage.py receive_email`: hand in mail from files, mailboxes (mbox), folders or standard input."""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from email_channel.actions.store_mail import store_mail_for
from email_channel.actions.take_in_mail import take_in_mail
from email_channel.enums import MailSource
from email_channel.errors import UnknownRecipient
from email_channel.mbox import mails_in
from email_channel.recipients import addresses_named_in, routes_of
from hummdesk.errors import DomainError
from hummdesk.tenancy.context import account_schema

# sysexits.h, which mail servers read when they pipe mail to a program: the addressee is unknown.
EX_NOUSER = 67
_REFUSED = "refused"
_UNKNOWN = f"{_REFUSED} ({UnknownRecipient.__name__})"


class Command(BaseCommand):
    """Stores each mail, takes it in at once, prints one line for it and a summary, and fails if one was refused."""

    help = "Hand in raw e-mail: each mail becomes a message in the account that its address belongs to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mailbox", metavar="ADDRESS", help="where to deliver, whatever the headers say")
        parser.add_argument("--quiet", action="store_true", help="print the summary only")
        parser.add_argument("files", nargs="*", metavar="FILE", help="a file, an mbox, a folder; none: standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        outcomes: Counter[str] = Counter()
        for name, raw in _mails(options["files"]):
            for address in _addresses(raw, options["mailbox"]):
                line = _hand_in(address, raw)
                outcomes[line] += 1
                if not options["quiet"]:
                    self.stdout.write(f"{name}: {line}")
        self.stdout.write(", ".join(f"{count} {line}" for line, count in outcomes.most_common()) or "no mail")
        _raise_for_refused(outcomes, is_piped=not options["files"])


def _mails(names: list[str]) -> Iterator[tuple[str, bytes]]:
    if not names:
        yield "standard input", sys.stdin.buffer.read()
    for name in names:
        path = Path(name)
        if not path.exists():
            raise CommandError(f"There is no file {name}.")
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            yield from ((str(file), raw) for raw in mails_in(file))


def _addresses(raw: bytes, mailbox: str | None) -> list[str]:
    """Return where the mail goes: one address of each mailbox it names, else one that will be refused."""
    if mailbox:
        return [mailbox]
    by_mailbox = {route.mailbox_id: address for address, route in routes_of(addresses_named_in(raw)).items()}
    return list(by_mailbox.values()) or [""]


def _hand_in(address: str, raw: bytes) -> str:
    try:
        stored = store_mail_for(address=address, raw=raw, source=MailSource.FILE, defer=False)
    except DomainError as error:
        return f"{_REFUSED} ({type(error).__name__})"
    with account_schema(stored.schema):
        taken_in = take_in_mail(stored.id)
    if taken_in is None:
        return "stored"
    return f"{taken_in.outcome} ({taken_in.reason})"


def _raise_for_refused(outcomes: Counter[str], *, is_piped: bool) -> None:
    """Raises: CommandError when a mail was refused; its exit code tells a mail server of an unknown address."""
    count = sum(number for line, number in outcomes.items() if line.startswith(_REFUSED))
    if count:
        is_unknown = is_piped and outcomes[_UNKNOWN] == count
        raise CommandError(f"Mails refused: {count}.", returncode=EX_NOUSER if is_unknown else 1)
