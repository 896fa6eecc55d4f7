"""Starting processes that end with the one that started them."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from hummdesk.embedded.data_directory import open_log
from hummdesk.embedded.lease import leased, note_leader

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Process(Protocol):
    """A running process: a Popen, or what looks like one."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    @property
    def stdout(self) -> IO[bytes] | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int | None: ...
    def send_signal(self, sig: int, /) -> None: ...
    def kill(self) -> None: ...


def end_with_parent(death_signal: signal.Signals, parent_pid: int) -> None:
    """This process gets the signal once its parent is gone, even by kill -9. Linux only; elsewhere nothing happens.

    Source: prctl(2), PR_SET_PDEATHSIG.
    """
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal))
    if os.getppid() != parent_pid:  # it went before the line above
        os.kill(os.getpid(), death_signal)


def ending_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """What to call in a new process between fork and exec, so that it gets the signal once this one is gone."""
    parent_pid = os.getpid()

    def prepare() -> None:
        end_with_parent(death_signal, parent_pid)

    return prepare


def spawn(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    death_signal: signal.Signals,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.PIPE,
    **more: Any,
) -> subprocess.Popen[bytes]:
    """A process in a session of its own, so that Ctrl-C reaches its supervisor first, which ends with its parent.

    `more` are further arguments of Popen. Call it from the main thread: Linux takes the end of the calling *thread*
    for the end of the parent.
    """
    return subprocess.Popen(
        argv,
        env=dict(env),
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=ending_with_parent(death_signal),  # noqa: PLW1509 - there is one thread
        **more,
    )


def spawn_server(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    death_signal: signal.Signals,
    lease: Path,
    log: Path,
    **more: Any,
) -> subprocess.Popen[bytes]:
    """A process as by `spawn` that holds the lease and writes to the log. Raises StartError if the lease is held."""
    log_descriptor = open_log(log)
    try:
        with leased(lease) as lock:
            process = spawn(
                argv, env=env, death_signal=death_signal, stdout=log_descriptor, pass_fds=(lock,), cwd="/", **more
            )
            note_leader(lease, process.pid)
            return process
    finally:
        os.close(log_descriptor)


def is_alive(pid: int) -> bool:
    """True if some process has this number now."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def show_as(title: str) -> None:
    """Lists of processes show the title, as far as it fits into the room of the original command line. Linux only.

    Source: proc_pid_stat(5), arg_start and arg_end, fields 48 and 49.
    """
    if _libc is None:
        return
    after_name = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(after_name[45]), int(after_name[46])
    room = end - start
    ctypes.memmove(start, title.encode()[: room - 1].ljust(room, b"\0"), room)


def kill_group(pid: int) -> None:
    """No process is left of the group that the process led."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
