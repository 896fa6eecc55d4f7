"""The watch of promises: one look over many accounts, and what an account's task does when clocks ring.

One account is whole: its 200 open conversations got their clocks as mail makes them get them. The others are copies of
its table of clocks alone in schemas of their own, since the look reads nothing else of an account.
"""

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.actions.create_account import create_account
from accounts.models import Account
from benchmarks.measuring import HEADER, Measure, measure, table
from conversations.actions.keep_clocks import keep_clocks
from conversations.actions.receive_message import IncomingText, open_conversation
from conversations.enums import ClockKind
from conversations.models import Contact, Conversation, SlaClock
from conversations.queries.policy_previews import policy_preview
from conversations.tasks import look_at_promises, watch_promises
from hummdesk.tenancy.context import account_context, enter_platform
from teams.models import SlaPolicy

OPEN, STEPS, RUNS = 200, (100, 250, 500), 10
GOAL_S = 10
_ONE_RINGS = (
    "UPDATE {schema}.conversations_slaclock SET next_look_at = now()"
    " WHERE id = (SELECT id FROM {schema}.conversations_slaclock ORDER BY id LIMIT 1)"
)
_NONE_RINGS = "UPDATE {schema}.conversations_slaclock SET next_look_at = now() + interval '1 day'"


def run(_conversations: int, output: Path) -> None:
    """The figures are printed and written to `output`."""
    call_command("migrate_accounts", verbosity=0)
    account = create_account(name="Bench", slug="bench-sla")
    with account_context(account):
        _open(OPEN)
        calls = [*_calls()]
        _ring_later()
    looks = [one for accounts in STEPS for one in _looks(account, accounts)]
    print(table([HEADER, *(one.as_row() for one in [*calls, *looks])]))
    whole_s = (
        looks[-1].p50_ms / 1000 + STEPS[-1] * next(one for one in calls if one.name.endswith("1 rings")).p50_ms / 1000
    )
    print(f"{STEPS[-1]} accounts in each of which a clock rings: {whole_s:.1f} s of one worker (goal {GOAL_S})")
    figures = {"measures": [one.as_json() for one in [*calls, *looks]], "all_ring_cpu_s": whole_s}
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(figures, indent=2))


def _open(count: int) -> None:
    """So many customers have written; no clock is kept yet."""
    text = IncomingText(body_html="<p>Hello</p>", body_text="Hello")
    for number in range(count):
        contact = Contact.objects.create(name=f"Customer {number}", email=f"customer{number}@bench.example")
        open_conversation(contact=contact, subject=f"Mail {number}", text=text)


def _calls() -> Iterator[Measure]:
    ids = list(Conversation.objects.values_list("id", flat=True))
    keep: Callable[[int], object] = lambda number: keep_clocks(conversation_id=ids[number % len(ids)])  # noqa: E731
    yield measure("clocks of a new conversation", keep, runs=len(ids), warm_ups=0)
    yield measure("clocks that are right", keep, runs=len(ids))
    for count in (1, OPEN):
        yield _rings(count)
    policy = SlaPolicy.objects.get()
    name = f"preview of a policy, {OPEN} conversations"
    yield measure(name, lambda _number: policy_preview(policy.id, {"resolution_s": 3600}), runs=RUNS)


def _rings(count: int) -> Measure:
    """The account's task when so many clocks ring."""
    walls, cpu_s = [], 0.0
    for _run in range(RUNS):
        now = timezone.now()
        chosen = SlaClock.objects.filter(kind=ClockKind.FIRST_RESPONSE).order_by("id").values("id")[:count]
        ringing = SlaClock.objects.filter(id__in=chosen)
        ringing.update(next_look_at=now, warned_at=None, due_at=now + timedelta(hours=1))
        start, cpu_start = time.perf_counter(), time.process_time()
        rung = look_at_promises()
        walls.append((time.perf_counter() - start) * 1000)
        cpu_s += time.process_time() - cpu_start
        assert rung == count, rung
    walls.sort()
    cpu_ms = cpu_s * 1000 / RUNS
    return Measure(f"task of an account, {count} rings", RUNS, walls[RUNS // 2], walls[-1], cpu_ms)


def _ring_later() -> None:
    SlaClock.objects.update(next_look_at=timezone.now() + timedelta(days=1))


def _looks(account: Account, accounts: int) -> Iterator[Measure]:
    """The look over so many accounts: in none a clock rings, then in each."""
    _copy_clocks(account, accounts)
    name = f"look, {accounts} accounts x {OPEN} conversations"
    yield measure(f"{name}, nothing rings", lambda _number: watch_promises(), runs=RUNS, goal="≤ 10,000")
    _each(_ONE_RINGS)
    yield measure(f"{name}, each rings", lambda _number: watch_promises(), runs=RUNS, goal="≤ 10,000")
    _each(_NONE_RINGS)


def _copy_clocks(account: Account, accounts: int) -> None:
    enter_platform()
    present = Account.objects.filter(slug__startswith="copy-").count()
    copies = [
        Account(name="Copy", slug=f"copy-{number}", schema_name=f"copy_{number}", status="active")
        for number in range(present, accounts)
    ]
    # `save` would make whole schemas.
    Account.objects.bulk_create(copies)
    clocks = "conversations_slaclock"
    with connection.cursor() as cursor:
        for one in copies:
            cursor.execute(f"CREATE SCHEMA {one.schema_name}")
            source = f"{account.schema_name}.{clocks}"
            cursor.execute(f"CREATE TABLE {one.schema_name}.{clocks} (LIKE {source} INCLUDING ALL)")
            cursor.execute(f"INSERT INTO {one.schema_name}.{clocks} SELECT * FROM {source}")
        cursor.execute("ANALYZE")


def _each(sql: str) -> None:
    enter_platform()
    with connection.cursor() as cursor:
        for schema in Account.objects.filter(slug__startswith="copy-").values_list("schema_name", flat=True):
            cursor.execute(sql.format(schema=schema))
