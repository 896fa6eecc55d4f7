import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from hummdesk.embedded.ports import exchange
from hummdesk.embedded.redis import Redis
from hummdesk.embedded.servers import wait_until_ready

from .conftest import is_running

Servers = list[subprocess.Popen[bytes]]


@pytest.fixture
def processes() -> Iterator[Servers]:
    """Server processes to be listed here, which are ended after the test."""
    started: Servers = []
    yield started
    for process in started:
        process.terminate()
        process.wait(10)


def _started(folder: Path, processes: Servers) -> Redis:
    server = Redis(folder)
    server.prepare()
    process = server.spawn()
    processes.append(process)
    wait_until_ready(server, process)
    return server


def test_queue_outlives_kill(tmp_path: Path, processes: Servers) -> None:
    server = _started(tmp_path, processes)
    redis.Redis.from_url(server.url).rpush("queue", *range(600))

    os.kill(int(server.lease.read_text()), signal.SIGKILL)
    processes[0].wait()
    again = _started(tmp_path, processes)

    assert redis.Redis.from_url(again.url).llen("queue") == 600


def test_server_left_by_earlier_start_is_stopped_first(tmp_path: Path, processes: Servers) -> None:
    stale = int(_started(tmp_path, processes).lease.read_text())

    Redis(tmp_path).prepare()

    assert not is_running(stale)


def test_server_refuses_command_without_password(tmp_path: Path, processes: Servers) -> None:
    server = _started(tmp_path, processes)

    assert exchange(server.port, b"PING\r\n").startswith(b"-NOAUTH")


def test_password_does_not_show_in_list_of_processes(tmp_path: Path, processes: Servers) -> None:
    server = _started(tmp_path, processes)
    password = (tmp_path / "redis/password").read_text()

    words = Path(f"/proc/{server.lease.read_text()}/cmdline").read_text()

    assert words
    assert password not in words
