"""What stands at the bottom: accounts, seeding, the inbox's pages, mail in, replies."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions.create_account import create_account
from accounts.models import Account, Membership, User
from accounts.sessions import bind_to_place
from benchmarks.measuring import HEADER, Measure, measure, table
from conversations.actions.write_message import send_reply
from conversations.models import Conversation
from email_channel.actions.store_mail import store_mail
from email_channel.actions.take_in_mail import take_in_mail
from email_channel.enums import MailSource
from email_channel.models import Mailbox
from hummdesk.tenancy.context import account_context, enter_platform
from teams.access import viewer_of

ACCOUNTS, PAGES, MAILS, REPLIES = 20, 60, 300, 100
PARTIAL = {"HX-Request": "true", "HX-Target": "conversation-list"}


def run(conversations: int, output: Path) -> None:
    """The figures are printed and written to `output`."""
    call_command("migrate_accounts")
    seeding = _seed(conversations)
    account = Account.objects.get(slug="nordhem")
    measures = [_accounts(), *_pages(account), _mail_in(account), _replies(account)]
    print(table([HEADER, *(one.as_row() for one in measures)]))
    print(
        f"seeding: {seeding:.0f} conversations/s (goal 2,000), {conversations} conversations; {os.cpu_count()} cores"
    )
    figures = {
        "seeding_per_s": seeding,
        "conversations": conversations,
        "measures": [one.as_json() for one in measures],
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(figures, indent=2))


def _seed(conversations: int) -> float:
    """Return conversations a second, into accounts that are there already."""
    call_command("seed_demo", conversations=1, force=True, verbosity=0)
    start = time.perf_counter()
    call_command("seed_demo", conversations=conversations, account="nordhem", force=True, verbosity=0)
    return conversations / (time.perf_counter() - start)


def _accounts() -> Measure:
    return measure(
        "create an account",
        lambda number: create_account(name="Bench", slug=f"bench-{os.getpid()}-{number + 10}"),
        runs=ACCOUNTS,
        goal="≤ 2,000",
    )


def _pages(account: Account) -> Iterator[Measure]:
    client = _signed_in(account)
    with account_context(account):
        open_ones = list(Conversation.objects.filter(status="open").values_list("display_id", flat=True)[:PAGES])
    urls = {
        "inbox page": ("/inbox?view=all", {}),
        "list partial": ("/inbox?view=all&rows=50", PARTIAL),
        "conversation page": ("/conversations/{}?view=all", {}),
        "conversation partial": ("/conversations/{}?view=all", {**PARTIAL, "HX-Target": "conversation"}),
    }
    for name, (url, headers) in urls.items():

        def get(number: int, url: str = url, headers: dict[str, str] = headers) -> None:
            answer = client.get(url.format(open_ones[number % len(open_ones)]), headers=headers)
            assert answer.status_code == 200, answer.status_code

        found = measure(name, get, runs=PAGES)
        with CaptureQueriesContext(connection) as queries:
            get(0)
        yield replace(found, statements=len(queries))


def _signed_in(account: Account) -> Client:
    client = Client(headers={"host": "nordhem.localhost"})
    client.force_login(User.objects.get(email="leader@nordhem.example"))
    session = client.session
    bind_to_place(session, account)
    session.save()
    return client


def _mail_in(account: Account) -> Measure:
    enter_platform()
    with account_context(account):
        mailbox_id = Mailbox.objects.earliest("created_at").id

        def take_in(number: int) -> None:
            raw = (
                f"From: Ada <ada{number % 50}@customers.example>\r\nTo: support@nordhem.example\r\n"
                f"Subject: Mail {number}\r\nMessage-ID: <{os.getpid()}.{number}@bench.example>\r\n\r\nHello\r\n"
            ).encode()
            stored = store_mail(mailbox_id=mailbox_id, raw=raw, source=MailSource.FILE, defer=False)
            take_in_mail(stored.id)

        return measure("mail in (store, parse, thread)", take_in, runs=MAILS)


def _replies(account: Account) -> Measure:
    with account_context(account):
        membership = Membership.objects.get(account=account, user__email="leader@nordhem.example")
        viewer = viewer_of(membership)
        ids = list(Conversation.objects.filter(status="open").values_list("id", flat=True)[:REPLIES])
        return measure(
            "reply (action)",
            lambda number: send_reply(viewer=viewer, conversation_id=ids[number % len(ids)], body_text="Thank you."),
            runs=REPLIES,
        )
