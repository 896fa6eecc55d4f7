"""What the supervisor runs: services, and the one process that each of them has at a time."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hummdesk.embedded.forks import Fork
from hummdesk.embedded.processes import Process, kill_group, spawn

_CHUNK_BYTES = 64 * 1024


class Service(Protocol):
    """Something that runs for as long as HummDesk does, and can be started again."""

    @property
    def name(self) -> str: ...
    @property
    def stop_signal(self) -> signal.Signals: ...
    @property
    def stop_timeout_s(self) -> float: ...
    def prepare(self) -> None: ...
    def spawn(self) -> Process: ...


@dataclass(frozen=True)
class Program:
    """A Python command as a service, which ends at once if the supervisor is killed.

    `descriptors` are open files that it inherits. As a fork it has the environment of the supervisor, not `env`.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    folder: Path
    descriptors: tuple[int, ...] = ()
    is_fork: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 8.0

    def prepare(self) -> None:
        """Nothing has to be made ready."""

    def spawn(self) -> Process:
        """The command is starting."""
        if self.is_fork:
            return Fork(self.name, self.argv, folder=self.folder, death_signal=signal.SIGKILL)
        return spawn(self.argv, env=self.env, death_signal=signal.SIGKILL, cwd=self.folder, pass_fds=self.descriptors)


class Child:
    """One process of a service, whose output goes line by line to `write`."""

    def __init__(self, service: Service, write: Callable[[bytes], None]) -> None:
        self.service = service
        self.write = write
        self.process = service.spawn()
        self.started_at = time.monotonic()
        self.output = self.process.stdout
        self.unfinished_line = b""
        if self.output:
            os.set_blocking(self.output.fileno(), False)

    @property
    def has_ended(self) -> bool:
        """True once the process has exited."""
        return self.process.poll() is not None

    def ask_to_stop(self) -> None:
        """The process, if it still runs, has been told to end."""
        if not self.has_ended:
            self.process.send_signal(self.service.stop_signal)

    def kill(self) -> None:
        """The process has exited, whatever it was doing."""
        self.process.kill()
        self.process.wait()

    def relay(self) -> bool:
        """The whole lines it wrote lately are passed on. Returns False once its output has ended."""
        if not self.output:
            return False
        with contextlib.suppress(BlockingIOError):
            chunk = os.read(self.output.fileno(), _CHUNK_BYTES)
            lines, newline, rest = (self.unfinished_line + chunk).rpartition(b"\n")
            if not chunk or len(rest) > _CHUNK_BYTES:
                lines, newline, rest = lines + newline + rest, b"", b""
            self.unfinished_line = rest
            if lines:
                self.write(lines + newline)
            return bool(chunk)
        return False

    def bury(self) -> None:
        """What the ended process left behind is gone, and its last words are passed on."""
        kill_group(self.process.pid)
        while self.relay():
            pass
        if self.unfinished_line:
            self.write(self.unfinished_line)
        if self.output:
            self.output.close()

    def cause_of_end(self) -> str:
        """How the process ended, in words."""
        code = self.process.returncode or 0
        return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
