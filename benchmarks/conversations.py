"""The API of conversations through the whole stack, in an account of 10,000 and one of 100,000 conversations."""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from benchmarks import live
from benchmarks.calls import DEEP_PAGE, RARE_WORD, Call, Corpus, calls, new_conversation
from benchmarks.load import ApiCaller, Load, load
from benchmarks.measuring import HEADER, Measure, measure, table
from benchmarks.server import BenchServer, serving
from conversations.demo.accounts import DEMO_SLUGS
from conversations.models import AutomationRule, Conversation, Message
from email_channel.actions.make_demo_account import DEMO_PASSWORD
from hummdesk.tenancy.context import account_context
from teams.enums import RoutingStrategy
from teams.models import Team

SMALL_SHARE = 10
RUNS = {1: 200, 8: 400}
RARE_ONES = 20


def run(conversations: int, output: Path) -> None:
    """The table is printed, and all figures are written to `output`."""
    call_command("migrate_accounts")
    large, small = DEMO_SLUGS
    counts = {large: conversations, small: conversations // SMALL_SHARE}
    seeding = {slug: seed_account(slug, count) for slug, count in counts.items()}
    loads: dict[str, list[Load]] = {}
    statements: dict[str, dict[str, tuple[int, float]]] = {}
    with serving() as server:
        for slug in (small, large):
            account = Account.objects.get(slug=slug)
            caller = partial(ApiCaller, server.port, f"{slug}.localhost", token_of(server, slug))
            units = calls(_corpus(account, caller()))
            loads[slug] = list(_loads(server, units, caller))
            statements[slug] = {unit.name: _statements(slug, unit, caller()) for unit in units}
    account = Account.objects.get(slug=large)
    limits = [*_limits(account)]
    heard = live.run(account)
    _report(loads, statements, seeding, small=small, large=large)
    print(table([HEADER, *(one.as_row() for one in limits)]))
    print(
        f"nudges: {heard.sockets} sockets, {heard.changes} changes: p50 {heard.p50_ms:.0f}, p95 {heard.p95_ms:.0f}, "
        f"p99 {heard.p99_ms:.0f} ms (goal p95 ≤ {live.GOAL_P95_MS}), {heard.lost} lost"
    )
    figures = {
        "conversations": counts,
        "messages": {slug: _count_messages(slug) for slug in (large, small)},
        "cores": os.cpu_count(),
        "seeding_per_s": seeding,
        "loads": {slug: [one.as_json() for one in found] for slug, found in loads.items()},
        "statements": statements,
        "limits": [one.as_json() for one in limits],
        "live": heard.as_json(),
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(figures, indent=2))


def seed_account(slug: str, conversations: int) -> float:
    """Return conversations a second, into an account that is there already; it routes by hand and has no rules."""
    call_command("seed_demo", conversations=1, account=slug, force=True, verbosity=0)
    start = time.perf_counter()
    call_command("seed_demo", conversations=conversations, account=slug, force=True, verbosity=0)
    rate = conversations / (time.perf_counter() - start)
    with account_context(Account.objects.get(slug=slug)):
        Team.objects.update(routing=RoutingStrategy.MANUAL)
        AutomationRule.objects.all().delete()
    with connection.cursor() as cursor:
        # As autovacuum would within a minute: index-only scans need the visibility map.
        cursor.execute("VACUUM (ANALYZE)")
    return rate


def _limits(account: Account) -> Iterator[Measure]:
    """What no call can be faster than: its rows without us, and a word with Redis."""
    with account_context(account), connection.cursor() as cursor:

        def select(_number: int) -> None:
            cursor.execute(
                "SELECT * FROM conversations_conversation WHERE folder = 'inbox' AND merged_into_id IS NULL "
                "ORDER BY last_activity_at DESC, id DESC LIMIT 50"
            )
            cursor.fetchall()

        yield measure("50 rows by psycopg alone", select, runs=RUNS[1])
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        yield measure("a round trip to Redis", lambda _number: client.ping(), runs=RUNS[1])


def _count_messages(slug: str) -> int:
    with account_context(Account.objects.get(slug=slug)):
        return Message.objects.count()


def token_of(server: BenchServer, slug: str) -> str:
    """Return an access token of the account's leader, who sees all of it."""
    fields = {"email": f"leader@{slug}.example", "password": DEMO_PASSWORD, "account": slug}
    _status, body = ApiCaller(server.port, "localhost", "").send("POST", "/auth/token", fields)
    return str(json.loads(body)["access"])


def _corpus(account: Account, caller: ApiCaller) -> Corpus:
    for number in range(RARE_ONES):
        caller.send("POST", "/conversations", new_conversation(number, f"The {RARE_WORD} was not shipped."))
    with account_context(account):
        mailed = Conversation.objects.filter(mailbox_id__isnull=False)
        ids = [str(one) for one in mailed.order_by("-last_activity_at").values_list("id", flat=True)[:500]]
        longest = lengthened_thread(mailed.order_by("-last_activity_at")[0], 30)
        team_id = str(Team.objects.earliest("created_at").id)
    return Corpus(ids, longest, team_id, _deep_cursor(caller))


def lengthened_thread(conversation: Conversation, messages: int) -> str:
    """The conversation has at least so many messages; returns its id."""
    first = conversation.messages.earliest("created_at")
    missing = messages - conversation.messages.count()
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            kind=first.kind,
            contact_id=first.contact_id,
            agent_id=first.agent_id,
            body_html=first.body_html,
            body_text=first.body_text,
        )
        for _ in range(missing)
    )
    return str(conversation.id)


def _deep_cursor(caller: ApiCaller) -> str:
    path, cursor = "/conversations", ""
    for _page in range(DEEP_PAGE - 1):
        _status, body = caller.send("GET", path, None)
        following = json.loads(body)["next"]
        if following is None:
            break
        cursor = parse_qs(urlsplit(following).query)["cursor"][0]
        path = f"/conversations?cursor={cursor}"
    return cursor


def _loads(server: BenchServer, units: Sequence[Call], caller: Callable[[], ApiCaller]) -> Iterator[Load]:
    for unit in units:
        for clients, runs in RUNS.items():
            yield load(server, unit, caller, clients=clients, runs=runs)


def _statements(slug: str, unit: Call, caller: ApiCaller) -> tuple[int, float]:
    """Return how many SQL statements one unit takes, and their time in ms, in this process."""
    client = Client(headers={"host": f"{slug}.localhost", "authorization": caller.authorization})
    method, path, body = unit.request(0)
    send: Any = getattr(client, method.lower())
    given = () if body is None else (body, "application/json")
    send(f"/api/v1{path}", *given)
    with CaptureQueriesContext(connection) as queries:
        send(f"/api/v1{path}", *given)
    return len(queries), sum(float(one["time"]) for one in queries.captured_queries) * 1000


def _report(
    loads: dict[str, list[Load]],
    statements: dict[str, dict[str, tuple[int, float]]],
    seeding: dict[str, float],
    *,
    small: str,
    large: str,
) -> None:
    header = [
        "call",
        "clients",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "per s",
        "CPU ms app + db",
        "goal",
        "10k → 100k",
        "SQL",
        "SQL ms",
    ]
    rows = [header]
    for one, before in zip(loads[large], loads[small], strict=True):
        count, took_ms = statements[large][one.call]
        times = [f"{value:.1f}" for value in (one.p50_ms, one.p95_ms, one.p99_ms, one.per_s)]
        cpu = f"{one.app_cpu_ms:.1f} + {one.database_cpu_ms:.1f}"
        goal = "" if one.goal_cpu_ms is None else f"≤ {one.goal_cpu_ms:g}"
        growth = f"× {one.cpu_ms / before.cpu_ms:.2f}"
        rows.append([one.call, str(one.clients), *times, cpu, goal, growth, str(count), f"{took_ms:.1f}"])
    print(table(rows))
    print(f"seeding: {seeding[large]:.0f} conversations/s (goal 2,000)")
