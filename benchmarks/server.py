"""The product's own web server under production settings, on the servers that `make bench` started."""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psutil

START_TIMEOUT_S = 30
UNLIMITED = str(10**9)


@dataclass(frozen=True)
class BenchServer:
    """Where it listens, and the processes whose CPU time counts: the application's and the database's."""

    port: int
    web: Sequence[psutil.Process]
    database: Sequence[psutil.Process]

    def cpu_s(self) -> tuple[float, float]:
        """Return CPU seconds (user and system) so far, of the application and of the database."""
        return sum(map(_cpu_s, self.web)), sum(_cpu_s(child) for root in self.database for child in _family(root))


@contextlib.contextmanager
def serving(processes: int = 2) -> Iterator[BenchServer]:
    """Web processes run during the block, DEBUG off and without rate limits."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    environment = os.environ | production_settings()
    argv = (sys.executable, "-m", "hummdesk.embedded.web", str(listener.fileno()))
    started = [subprocess.Popen(argv, env=environment, pass_fds=(listener.fileno(),)) for _ in range(processes)]
    try:
        port = listener.getsockname()[1]
        _wait_until_it_answers(port)
        yield BenchServer(port, [psutil.Process(one.pid) for one in started], _postmasters())
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait()
        listener.close()


def production_settings() -> dict[str, str]:
    """Return the environment that makes it as in production, but for TLS and rate limits."""
    return {
        "DEBUG": "0",
        "SECRET_KEY": os.environ.get("SECRET_KEY") or secrets.token_urlsafe(48),
        "HUMMDESK_SSL_REDIRECT": "0",
        "HUMMDESK_LOG_LEVEL": "ERROR",
        "HUMMDESK_RATE_PER_USER": UNLIMITED,
        "HUMMDESK_RATE_PER_ACCOUNT": UNLIMITED,
        "HUMMDESK_RATE_INBOUND": UNLIMITED,
    }


def _wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            if connection.recv(64).startswith(b"HTTP/1.1 200"):
                return
        time.sleep(0.2)
    raise SystemExit("The web server did not start.")


def _postmasters() -> Sequence[psutil.Process]:
    """Return PostgreSQL's main processes beside this program: those that the program that started us started."""
    siblings = psutil.Process(os.getppid()).children(recursive=True)
    found = [one for one in siblings if one.name() == "postgres" and one.parent().name() != "postgres"]  # type: ignore[union-attr]
    if not found:
        raise SystemExit("No PostgreSQL runs beside the benchmark: start it by `make bench`.")
    return found


def _family(process: psutil.Process) -> Sequence[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _cpu_s(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0
