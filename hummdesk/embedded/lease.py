"""The lock that a server and all of its children hold for as long as one of them lives."""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from hummdesk.embedded.errors import StartError

_PATIENCE_S = 10.0


@contextlib.contextmanager
def leased(path: Path) -> Iterator[int]:
    """A locked descriptor to hand down to the process that is started in the block.

    The lock goes with the last process that inherited the descriptor: unlike a process number, it cannot pass to
    a stranger. Raises StartError if it is held.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _lock(descriptor):
            raise StartError(f"Another process still holds {path}.")
        os.ftruncate(descriptor, 0)
        yield descriptor
    finally:
        os.close(descriptor)


def note_leader(path: Path, pid: int) -> None:
    """The lease tells which process to signal."""
    path.write_text(str(pid), encoding="ascii")


def end_leaseholders(path: Path, stop_signals: Sequence[signal.Signals]) -> None:
    """Nobody holds the lease: its leader got the signals, one after the other, until all had gone.

    Raises StartError if they stay.
    """
    if not path.exists():
        return
    with open(path, encoding="ascii") as file:
        for stop_signal in stop_signals:
            if _lock(file.fileno()):
                return
            with contextlib.suppress(ProcessLookupError, ValueError):
                os.kill(int(file.read() or ""), stop_signal)
            if _lock(file.fileno(), patience_s=_PATIENCE_S):
                return
            file.seek(0)
    raise StartError(f"A process of an earlier start still runs and holds {path}. End it first.")


def _lock(descriptor: int, patience_s: float = 0.0) -> bool:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        else:
            return True
