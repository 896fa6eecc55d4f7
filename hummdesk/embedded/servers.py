"""The servers that HummDesk needs: those named in the environment, the others embedded."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from hummdesk.embedded.errors import StartError
from hummdesk.embedded.postgres import Postgres
from hummdesk.embedded.processes import Process
from hummdesk.embedded.redis import Redis

Server = Postgres | Redis

_START_TIMEOUT_S = 60.0
_POLL_S = 0.02


def embedded_servers(data_directory: Path, given: Mapping[str, str], *, durable: bool) -> dict[str, Server]:
    """The servers still to be started, keyed by the setting that tells the product where they are."""
    servers: dict[str, Server] = {}
    if not given.get("DATABASE_URL"):
        servers["DATABASE_URL"] = Postgres(data_directory, durable=durable)
    if not given.get("REDIS_URL"):
        servers["REDIS_URL"] = Redis(data_directory)
    return servers


def wait_until_ready(server: Server, process: Process, pause: Callable[[float], None] = time.sleep) -> None:
    """The server answers. Raises StartError, with the end of its log, if it ends instead or takes too long."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    while not server.is_ready(process):
        if process.poll() is not None or time.monotonic() > deadline:
            raise StartError(f"{server.name} did not start. The end of {server.log}:\n{_end_of(server.log)}")
        pause(_POLL_S)


@contextlib.contextmanager
def running_servers(data_directory: Path, given: Mapping[str, str], *, durable: bool) -> Iterator[dict[str, str]]:
    """The settings that name the servers, which run as long as the block. The caller locks the data directory."""
    servers = embedded_servers(data_directory, given, durable=durable)
    processes: list[tuple[Server, Process]] = []
    try:
        for server in servers.values():
            server.prepare()
            processes.append((server, server.spawn()))
        for server, process in processes:
            wait_until_ready(server, process)
        yield {setting: server.url for setting, server in servers.items()}
    finally:
        for server, process in reversed(processes):
            process.send_signal(server.stop_signal)
            process.wait()


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:].strip() if log.exists() else "(no log)"
