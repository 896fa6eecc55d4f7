"""Mail in at speed: through the signed raw endpoint with two workers beside it, and Resend's webhook.

Three figures: mails a second with all clients sending at once, the time from the POST of a mail until the list shows
its conversation at 20 mails a second, and the time of an answer to the webhook at 50 events a second.
"""

import contextlib
import hmac
import http.client
import itertools
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psutil
import redis
from django.conf import settings
from django.core.management import call_command
from standardwebhooks import Webhook

from accounts.models import Account
from benchmarks.conversations import seed_account, token_of
from benchmarks.load import ApiCaller, percentile
from benchmarks.server import BenchServer, production_settings, serving
from conversations.demo.accounts import DEMO_SLUGS
from email_channel.models import Mailbox
from hummdesk.tenancy.context import account_context

MAILS, CLIENTS, WORKERS = 2_000, 8, 2
PACED_PER_S, EVENTS_PER_S, PACED_S = 20, 50, 20
GOAL_PER_S, GOAL_VISIBLE_P95_MS, GOAL_ACK_P95_MS = 60, 1_000, 50
STORED = 1_000
VISIBLE_TIMEOUT_S, DRAIN_TIMEOUT_S = 10, 300
_HTML = """<html><body><p>Hello,</p><p>the oak plank of order <b>{number}</b> came with a crack. Could you send
another one, or take it back? The photo shows the place. I need it on Thursday.</p><p>Regards<br>Customer {number}</p>
<div class="gmail_quote">On Mon, 23 Nov 2026 at 10:00, Support &lt;{to}&gt; wrote:<blockquote class="gmail_quote">
<p>Your order {number} has left our warehouse and should be with you soon.</p></blockquote></div></body></html>"""


@dataclass(frozen=True)
class MailFigures:
    """Rates a second, times in ms, CPU per mail of web and workers together, and of the database."""

    mails: int
    mails_per_s: float
    drained_per_s: float
    app_cpu_ms: float
    worker_cpu_ms: float
    database_cpu_ms: float
    visible_p50_ms: float
    visible_p95_ms: float
    events: int
    ack_p50_ms: float
    ack_p95_ms: float
    ack_p99_ms: float
    refused: int


@dataclass(frozen=True)
class Sender:
    """Hands in mails of one mailbox; `call` posts to the account's host."""

    port: int
    slug: str
    address: str
    secret: str

    def post(self, number: str, connection: http.client.HTTPConnection) -> str:
        """Return the id of the conversation that a new mail opened. Raises: RuntimeError when it is refused."""
        raw = mail_of(number, self.address)
        moment = int(time.time())
        digest = hmac.new(self.secret.encode(), b"%d." % moment + raw, "sha256").hexdigest()
        headers = {
            "Host": f"{self.slug}.localhost",
            "Content-Type": "message/rfc822",
            "X-HummDesk-Signature": f"t={moment},v1={digest}",
        }
        connection.request("POST", "/api/v1/email/inbound/raw", raw, headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 202:
            raise RuntimeError(f"{answer.status} {body[:200]!r}")
        return str(json.loads(body)["conversation_id"])


def run(mails: int, output: Path) -> None:
    """The figures are printed and written to `output`. `mails` is how many are sent at once, 2,000 at most."""
    call_command("migrate_accounts")
    slug = DEMO_SLUGS[0]
    seed_account(slug, STORED)
    with account_context(Account.objects.get(slug=slug)):
        mailbox = Mailbox.objects.filter(is_active=True).order_by("created_at").first()
    assert mailbox is not None
    os.environ["RESEND_WEBHOOK_SECRET"] = f"whsec_{b64encode(secrets.token_bytes(24)).decode()}"
    with serving() as server, working() as workers:
        sender = Sender(server.port, slug, mailbox.address, mailbox.secret)
        figures = _measure(server, workers, sender, min(mails, MAILS))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(asdict(figures), indent=2))
    print(_told(figures))


@contextlib.contextmanager
def working() -> Iterator[Sequence[psutil.Process]]:
    """Two Celery workers run during the block, as in production."""
    command = (sys.executable, "-m", "celery", "--quiet", "-A", "hummdesk", "worker", "-l", "error")
    options = ("--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle")
    environment = os.environ | production_settings()
    started = [subprocess.Popen((*command, "-n", f"bench{n}", *options), env=environment) for n in range(WORKERS)]
    try:
        yield [psutil.Process(one.pid) for one in started]
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait()


def _measure(server: BenchServer, workers: Sequence[psutil.Process], sender: Sender, mails: int) -> MailFigures:
    refused: list[str] = []
    words = secrets.token_hex(4)
    # Children that parse, connections and caches are there before it counts.
    _at_once(sender, [f"{words}-warm-{number}" for number in range(40)], refused)
    _drain()
    (app, database), working_s, start = server.cpu_s(), _cpu_s(workers), time.perf_counter()
    _at_once(sender, [f"{words}-{number}" for number in range(mails)], refused)
    sent_s = time.perf_counter() - start
    _drain()
    drained_s = time.perf_counter() - start
    app_after, database_after = server.cpu_s()
    working_after = _cpu_s(workers)
    visible = _visible(server, sender, refused)
    _drain()
    acks = _acks(server, refused)
    return MailFigures(
        mails=mails,
        mails_per_s=mails / sent_s,
        drained_per_s=mails / drained_s,
        app_cpu_ms=(app_after - app) * 1000 / mails,
        worker_cpu_ms=(working_after - working_s) * 1000 / mails,
        database_cpu_ms=(database_after - database) * 1000 / mails,
        visible_p50_ms=percentile(visible, 0.5),
        visible_p95_ms=percentile(visible, 0.95),
        events=len(acks),
        ack_p50_ms=percentile(acks, 0.5),
        ack_p95_ms=percentile(acks, 0.95),
        ack_p99_ms=percentile(acks, 0.99),
        refused=len(refused),
    )


def _at_once(sender: Sender, numbers: Sequence[str], refused: list[str]) -> None:
    """All mails are taken, each client sending its next one when the last one is."""

    def send(mine: Sequence[str]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", sender.port, timeout=60)
        for number in mine:
            try:
                sender.post(number, connection)
            except (RuntimeError, OSError) as error:
                refused.append(str(error))

    _in_threads([partial(send, numbers[start::CLIENTS]) for start in range(CLIENTS)])


def _visible(server: BenchServer, sender: Sender, refused: list[str]) -> list[float]:
    """Return for each mail how long it took until the list had its conversation, in ms, in order."""
    token = token_of(server, sender.slug)

    def work(number: int, connection: http.client.HTTPConnection) -> float:
        caller = ApiCaller(server.port, f"{sender.slug}.localhost", token)
        start = time.perf_counter()
        conversation_id = sender.post(f"{secrets.token_hex(4)}-paced-{number}", connection)
        while time.perf_counter() - start < VISIBLE_TIMEOUT_S:
            _status, body = caller.send("GET", "/conversations?limit=50", None)
            if conversation_id.encode() in body:
                break
        return (time.perf_counter() - start) * 1000

    return _paced(server.port, work, per_s=PACED_PER_S, refused=refused)


def _acks(server: BenchServer, refused: list[str]) -> list[float]:
    """Return how long each answer to a webhook took, in ms, in order."""
    webhook = Webhook(os.environ["RESEND_WEBHOOK_SECRET"])

    def work(number: int, connection: http.client.HTTPConnection) -> float:
        body = json.dumps({"type": "email.delivered", "data": {"email_id": secrets.token_hex(16), "number": number}})
        event_id, now = f"msg_{secrets.token_hex(12)}", datetime.now(UTC)
        signature = webhook.sign(event_id, now, body)
        moment = str(int(now.timestamp()))
        headers = {"svix-id": event_id, "svix-timestamp": moment, "svix-signature": signature}
        start = time.perf_counter()
        connection.request(
            "POST", "/api/v1/email/webhook", body, headers | {"Host": "localhost", "Content-Type": "application/json"}
        )
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"webhook {answer.status}")
        return (time.perf_counter() - start) * 1000

    return _paced(server.port, work, per_s=EVENTS_PER_S, refused=refused)


def _paced(
    port: int, work: Callable[[int, http.client.HTTPConnection], float], *, per_s: int, refused: list[str]
) -> list[float]:
    """Return what `work` measured, begun so many times a second whether or not the ones before have ended."""
    took: list[float] = []
    counter, begin = itertools.count(), time.perf_counter() + 0.1

    def run_due() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while (number := next(counter)) < per_s * PACED_S:
            time.sleep(max(0.0, begin + number / per_s - time.perf_counter()))
            try:
                took.append(work(number, connection))
            except (RuntimeError, OSError) as error:
                refused.append(str(error))

    _in_threads([run_due] * (2 * CLIENTS))
    return sorted(took) or [float("nan")]


def _in_threads(works: Sequence[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _drain() -> None:
    """The workers have done all that the mails gave them to do."""
    deadline, quiet = time.monotonic() + DRAIN_TIMEOUT_S, 0
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        while time.monotonic() < deadline and quiet < 5:
            waiting = client.llen("celery") + client.hlen("unacked")
            quiet = 0 if waiting else quiet + 1
            time.sleep(0.1)


def _cpu_s(processes: Sequence[psutil.Process]) -> float:
    family = [one for root in processes for one in (root, *root.children(recursive=True))]
    return sum(times.user + times.system for times in (one.cpu_times() for one in family))


def mail_of(number: str, to: str) -> bytes:
    """Return a mail with text, HTML and a quote, of its own sender."""
    html = _HTML.format(number=number, to=to)
    return (
        f"From: Customer {number} <customer-{number}@bench.example>\r\nTo: {to}\r\nSubject: Cracked {number}\r\n"
        f"Message-ID: <{number}@bench.example>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"Hello,\r\n\r\nthe oak plank of order {number} came with a crack.\r\n\r\n> Your order has left.\r\n"
        f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--b--\r\n"
    ).encode()


def _told(figures: MailFigures) -> str:
    return "\n".join(
        [
            f"{figures.mails} mails at once: {figures.mails_per_s:.0f}/s taken, {figures.drained_per_s:.0f}/s with "
            f"all that follows (goal {GOAL_PER_S}); CPU-ms a mail: web {figures.app_cpu_ms:.1f}, workers "
            f"{figures.worker_cpu_ms:.1f}, database {figures.database_cpu_ms:.1f}",
            f"at {PACED_PER_S}/s, POST to list: p50 {figures.visible_p50_ms:.0f} ms, p95 "
            f"{figures.visible_p95_ms:.0f} ms (goal {GOAL_VISIBLE_P95_MS})",
            f"webhook at {EVENTS_PER_S}/s, {figures.events} events: p50 {figures.ack_p50_ms:.1f} ms, p95 "
            f"{figures.ack_p95_ms:.1f} ms, p99 {figures.ack_p99_ms:.1f} ms (goal {GOAL_ACK_P95_MS})",
            f"refused: {figures.refused}",
        ]
    )
