"""How long after a commit the sockets know of it: 200 of them, 10 changes a second, a real web server."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import cycle, islice
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import orjson
from django.db import close_old_connections
from websockets.asyncio.client import ClientConnection, connect

from accounts.actions.socket_tickets import SignInProof, issue_socket_ticket
from accounts.actions.token_families import start_family
from accounts.enums import Role
from accounts.models import Account, Membership
from accounts.tokens import access_claims
from conversations.actions.change_conversation import change_conversation
from conversations.models import Conversation
from hummdesk.embedded.ports import free_port
from hummdesk.environment import PROJECT_ROOT
from hummdesk.tenancy.context import account_context
from teams.access import viewer_of

SOCKETS, CHANGES_PER_S, GOAL_P95_MS = 200, 10, 150
WARM_UP = 10
START_TIMEOUT_S, LAST_NUDGE_TIMEOUT_S = 30, 10


@dataclass(frozen=True)
class LiveMeasure:
    """From the writing of the event, just before the commit, to its arrival at each socket, in ms, over all of them.

    `lost` are nudges that did not come at all, `server_cpu` is the web process's share of one core.
    """

    sockets: int
    changes: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    most_ms: float
    lost: int
    server_cpu: float

    def as_json(self) -> dict[str, object]:
        """Return the fields by name."""
        return asdict(self)


def run(account: Account, *, sockets: int = SOCKETS, seconds: int = 20) -> LiveMeasure:
    """Measure with a web server of its own, on the servers and the account that are there.

    The sockets are those of all the account's members in turn, inbox sockets all. Changes are of the priority.
    """
    with account_context(account):
        memberships = list(Membership.objects.select_related("user").filter(account=account, is_active=True))
        tickets = [_ticket(account, one) for one in islice(cycle(memberships), sockets)]
        port = free_port()
        with ExitStack() as stack:
            server = _start(port, most_per_user=sockets)
            stack.callback(_stop, server)
            _wait_until_answering(port)
            return asyncio.run(_measured(account, port, tickets, seconds * CHANGES_PER_S, server.pid))


def _ticket(account: Account, membership: Membership) -> str:
    tokens = start_family(user=membership.user, membership=membership)
    proof = SignInProof(family_id=access_claims(tokens.access).family_id)
    return issue_socket_ticket(user=membership.user, account=account, proof=proof)


def _start(port: int, most_per_user: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "uvicorn", "hummdesk.asgi:application", "--port", str(port)]
    environment = {**os.environ, "HUMMDESK_SOCKETS_PER_USER": str(most_per_user)}
    options = ["--log-level", "warning", "--no-access-log", "--ws-per-message-deflate", "false"]
    return subprocess.Popen([*command, *options], env=environment, cwd=PROJECT_ROOT)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(START_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        server.kill()


def _wait_until_answering(port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2).close()
            return
        except HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("The web server did not start.")


async def _measured(account: Account, port: int, tickets: Sequence[str], changes: int, server_pid: int) -> LiveMeasure:
    waits: list[float] = []
    async with asyncio.TaskGroup() as group:
        opened = [await connect(_url(port, ticket), compression=None) for ticket in tickets]
        for one in opened:
            await one.send('{"type": "ping"}')
            await one.recv()
        listening = [group.create_task(_listen(one, waits)) for one in opened]
        await asyncio.to_thread(_change, account, WARM_UP)
        await _wait_for(waits, WARM_UP * len(opened))
        waits.clear()
        cpu, start = _cpu_s(server_pid), time.perf_counter()
        await asyncio.to_thread(_change, account, changes)
        await _wait_for(waits, changes * len(opened))
        share = (_cpu_s(server_pid) - cpu) / (time.perf_counter() - start)
        for task in listening:
            task.cancel()
        await asyncio.gather(*(one.close() for one in opened), return_exceptions=True)
    lost = changes * len(opened) - len(waits)
    p50, p95, p99, most = (_percentile(sorted(waits), part) for part in (0.5, 0.95, 0.99, 1.0))
    return LiveMeasure(len(opened), changes, p50, p95, p99, most, lost=lost, server_cpu=share)


def _url(port: int, ticket: str) -> str:
    return f"ws://127.0.0.1:{port}/ws/inbox?format=json&ticket={ticket}"


async def _listen(client: ClientConnection, waits: list[float]) -> None:
    async for message in client:
        now = time.time()
        event: dict[str, Any] = orjson.loads(message)
        if event["type"] == "conversation.updated" and "subject" in event["data"]:
            waits.append((now - datetime.fromisoformat(event["at"]).timestamp()) * 1000)


def _change(account: Account, changes: int) -> None:
    try:
        with account_context(account):
            admin = Membership.objects.select_related("user").filter(account=account, role=Role.ACCOUNT_ADMIN).first()
            viewer = viewer_of(admin)
            ids = list(Conversation.objects.order_by("-last_activity_at").values_list("id", flat=True)[:50])
            start = time.perf_counter()
            for number in range(changes):
                time.sleep(max(0.0, start + number / CHANGES_PER_S - time.perf_counter()))
                changed = {"subject": f"live {start} {number}"}
                change_conversation(viewer=viewer, conversation_id=ids[number % len(ids)], changes=changed)
    finally:
        close_old_connections()


async def _wait_for(waits: Sequence[float], count: int) -> None:
    deadline = time.monotonic() + LAST_NUDGE_TIMEOUT_S
    while time.monotonic() < deadline and len(waits) < count:
        await asyncio.sleep(0.05)


def _percentile(waits: Sequence[float], share: float) -> float:
    return waits[min(len(waits) - 1, int(len(waits) * share))] if waits else float("nan")


def _cpu_s(pid: int) -> float:
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
