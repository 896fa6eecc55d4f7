"""Mail while servers and workers are killed: nothing lost, nothing doubled.

A whole HummDesk runs (`make up`, durable servers) beside a provider on loopback. Mail comes in by SMTP and replies go
out by the API, each tried until it was taken; meanwhile worker, Redis and PostgreSQL are killed with SIGKILL in turn.
At the end the database and the provider's ledger are held against what was taken.
"""

import contextlib
import http.client
import itertools
import json
import os
import secrets
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from tests.servers.resend import API_KEY, FakeResend, running_resend

MAILBOX = "support@nordhem.example"
AGENT, PASSWORD = "admin@nordhem.example", "hummdesk-demo"
REPLY_SHARE = 4  # one reply to so many mails
KILL_EVERY_S = 4.0
START_TIMEOUT_S, DRAIN_TIMEOUT_S = 240, 420
# How each is known among the processes: by words of its command line.
VICTIMS = {"worker": "celery --quiet -A hummdesk worker", "redis": "valkey-server", "postgres": "postgres -D"}
COUNTS = """
import json
from collections import Counter
from hummdesk.tenancy.context import account_schema
from email_channel.models import EmailMessage, IncomingMail, OutgoingDelivery
with account_schema("account_nordhem"):
    mails = EmailMessage.objects.filter(direction="in", message_id__contains="@faults.")
    ids = mails.values_list("message_id", flat=True)
    print("COUNTS", json.dumps({
        "messages": len(ids), "distinct": len(set(ids)),
        "waiting": IncomingMail.objects.exclude(state="done").count(),
        "unsent": OutgoingDelivery.objects.filter(state__in=["queued", "sending"]).count(),
        "states": Counter(OutgoingDelivery.objects.values_list("state", flat=True)),
    }))
"""


@dataclass
class Outcome:
    """What was taken, and what became of it."""

    mails: int
    replies: int
    kills: dict[str, int]
    refused_tries: int
    sending_s: float
    drained_s: float
    mails_lost: int
    mails_doubled: int
    replies_lost: int
    replies_doubled: int


class Installation:
    """A running HummDesk in a folder of its own, its processes, and how to ask it."""

    def __init__(self, folder: Path, provider_url: str) -> None:
        self.port, self.smtp_port = _free_port(), _free_port()
        self.environment = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
        }
        self.environment |= {
            "HUMMDESK_DATA_DIR": str(folder),
            "PORT": str(self.port),
            "SMTP_PORT": str(self.smtp_port),
            "RESEND_API_KEY": API_KEY,
            "RESEND_API_URL": provider_url,
            "RESEND_REQUESTS_PER_S": "500",
            "HUMMDESK_LOG_LEVEL": "CRITICAL",
        }
        with (folder / "up.log").open("wb") as log:
            argv = (sys.executable, "-m", "hummdesk.embedded.up")
            self.process = subprocess.Popen(argv, env=self.environment, stdout=log, stderr=log)
        self.token = ""

    def kill(self, name: str) -> bool:
        """One process of this name is dead; False if none runs."""
        for one in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if VICTIMS[name] in " ".join(one.cmdline()):
                    one.kill()
                    return True
        return False

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, object]]:
        """Return status and body of an API call."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers |= {"Host": f"nordhem.localhost:{self.port}", "Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        with contextlib.closing(connection):
            connection.request(method, f"/api/v1{path}", json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")

    def sign_in(self) -> None:
        """API calls are an admin's."""
        self.token = ""
        _status, body = self.ask("POST", "/auth/token", {"email": AGENT, "password": PASSWORD})
        self.token = str(body["access"])

    def counts(self) -> dict[str, object]:
        """Return what the database holds; raises when it cannot be asked just now."""
        argv = (sys.executable, "-m", "hummdesk.embedded.run", sys.executable, "manage.py", "shell", "-c", COUNTS)
        said = subprocess.run(
            argv, env=self.environment, capture_output=True, text=True, timeout=60, check=True
        ).stdout
        line = next(line for line in said.splitlines() if line.startswith("COUNTS "))
        found: dict[str, object] = json.loads(line.removeprefix("COUNTS "))
        return found


def run(mails: int, output: Path) -> None:
    """Send so many mails and a quarter as many replies through the faults, and say what became of them."""
    with tempfile.TemporaryDirectory() as folder, running_resend() as (provider, url):
        installation = Installation(Path(folder), url)
        try:
            _until(lambda: _is_up(installation), START_TIMEOUT_S)
            outcome = _measure(installation, provider, mails)
        finally:
            installation.process.terminate()
            installation.process.wait(60)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(asdict(outcome), indent=2))
    print(json.dumps(asdict(outcome), indent=2))


def _measure(installation: Installation, provider: FakeResend, mails: int) -> Outcome:
    installation.sign_in()
    conversations = _conversations(installation)
    tried: Counter[str] = Counter()
    began = time.monotonic()
    with _killing(installation) as kills:
        senders = [
            threading.Thread(target=_send_mails, args=(installation, range(start, mails, 4), tried))
            for start in range(4)
        ]
        senders.append(
            threading.Thread(target=_reply, args=(installation, conversations, mails // REPLY_SHARE, tried))
        )
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    sent = time.monotonic()
    counts = _drained(installation, mails)
    bodies = Counter(
        word
        for mail in provider.ledger
        for word in str(mail.body.get("text", "")).split()
        if word.startswith("fault-")
    )
    replies = mails // REPLY_SHARE
    return Outcome(
        mails=mails,
        replies=replies,
        kills=dict(kills),
        refused_tries=tried["refused"],
        sending_s=round(sent - began, 1),
        drained_s=round(time.monotonic() - sent, 1),
        mails_lost=mails - int(str(counts["distinct"])),
        mails_doubled=int(str(counts["messages"])) - int(str(counts["distinct"])),
        replies_lost=replies - len(bodies),
        replies_doubled=sum(bodies.values()) - len(bodies),
    )


@contextlib.contextmanager
def _killing(installation: Installation) -> Iterator[Counter[str]]:
    """During the block processes die, in turn."""
    kills: Counter[str] = Counter()
    is_over = threading.Event()

    def strike() -> None:
        for name in itertools.cycle(VICTIMS):
            if is_over.wait(KILL_EVERY_S):
                return
            kills[name] += installation.kill(name)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        yield kills
    finally:
        is_over.set()
        thread.join()


def _send_mails(installation: Installation, numbers: range, tried: Counter[str]) -> None:
    for number in numbers:
        mail = (
            f"From: Customer {number} <customer{number}@faults.example>\r\nTo: {MAILBOX}\r\n"
            f"Subject: Fault {number}\r\n"
            f"Message-ID: <{number}.{secrets.token_hex(4)}@faults.example>\r\n\r\nMail number {number}.\r\n"
        ).encode()
        _try_until_taken(lambda mail=mail: _by_smtp(installation, mail), tried)  # type: ignore[misc]


def _by_smtp(installation: Installation, mail: bytes) -> bool:
    with smtplib.SMTP("127.0.0.1", installation.smtp_port, timeout=30) as connection:
        return not connection.sendmail("customer@faults.example", [MAILBOX], mail)


def _reply(installation: Installation, conversations: list[str], count: int, tried: Counter[str]) -> None:
    for number in range(count):
        path = f"/conversations/{conversations[number % len(conversations)]}/messages"
        body = {"kind": "reply", "body_text": f"fault-{number}", "force": True}
        key = {"Idempotency-Key": f"fault-{number}"}
        _try_until_taken(lambda path=path, body=body, key=key: _is_created(installation, path, body, key), tried)  # type: ignore[misc]


def _is_created(installation: Installation, path: str, body: object, key: dict[str, str]) -> bool:
    status, _body = installation.ask("POST", path, body, **key)
    if status == 401:
        installation.sign_in()
    return status == 201


def _try_until_taken(send: Callable[[], bool], tried: Counter[str]) -> None:
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException, smtplib.SMTPException, ValueError, KeyError):
            if send():
                return
        tried["refused"] += 1
        time.sleep(0.3)


def _conversations(installation: Installation) -> list[str]:
    _status, page = installation.ask("GET", "/conversations?status=open&channel=email&limit=50")
    return [str(row["id"]) for row in page["results"]]  # type: ignore[attr-defined]


def _drained(installation: Installation, mails: int) -> dict[str, object]:
    """Return the counts once nothing waits any more, or after the time that is given."""
    deadline = time.monotonic() + DRAIN_TIMEOUT_S
    counts: dict[str, object] = {"messages": 0, "distinct": 0}
    while time.monotonic() < deadline:
        time.sleep(5)
        with contextlib.suppress(subprocess.SubprocessError, StopIteration):
            counts = installation.counts()
            if counts["distinct"] == mails and not counts["waiting"] and not counts["unsent"]:
                break
    print(json.dumps(counts))
    return counts


def _is_up(installation: Installation) -> bool:
    if installation.process.poll() is not None:
        raise SystemExit("HummDesk did not start.")
    with (
        contextlib.suppress(OSError, http.client.HTTPException, ValueError),
        smtplib.SMTP("127.0.0.1", installation.smtp_port),
    ):
        return installation.ask("GET", "/me")[0] == 401
    return False


def _until(is_so: Callable[[], bool], timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() > deadline:
            raise SystemExit("HummDesk did not answer in time.")
        time.sleep(0.5)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
