"""The directory that holds everything a HummDesk of this machine remembers, and the lock on it."""

import fcntl
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from hummdesk.embedded.errors import StartError

_LOG_LIMIT_BYTES = 5_000_000


@dataclass(frozen=True)
class DataDirectory:
    """A writable directory of which this process holds the lock, until it ends in whatever way."""

    path: Path
    lock: TextIO

    def note_holder(self, note: str) -> None:
        """A second instance on this directory is told the note, such as the address of this one."""
        self.lock.seek(0)
        self.lock.truncate()
        self.lock.write(note)
        self.lock.flush()


def open_data_directory(path: Path, *, other_way: str) -> DataDirectory:
    """The directory exists and is locked. Raises StartError if it cannot be written, or another process holds it.

    `other_way` is the command by which to use another directory.
    """
    path = path.absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = open(path / "lock", "a+", encoding="utf-8")  # noqa: SIM115 - the lock ends with the file
    except OSError as error:
        raise StartError(
            f"The data directory {path} cannot be written ({error.strerror}). "
            f"Make it writable, or name another one: {other_way}"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StartError(_already_running(path, lock, other_way)) from None
    lock.truncate(0)
    # A fork of this process must not hold the lock beyond its end.
    os.register_at_fork(after_in_child=lock.close)
    return DataDirectory(path, lock)


def secret_in(path: Path) -> str:
    """The secret of that file, made on first use; only its owner can read it."""
    if not path.exists():
        new = path.with_name(path.name + ".new")
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        new.rename(path)
    return path.read_text(encoding="ascii")


def open_log(path: Path) -> int:
    """A descriptor that appends to the log; one that has grown long is first set aside as `<name>.1`."""
    if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
        path.rename(path.with_name(path.name + ".1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def _already_running(path: Path, lock: TextIO, other_way: str) -> str:
    lock.seek(0)
    holder = lock.read().strip()
    at = f" ({holder})" if holder else ""
    return f"HummDesk already runs on the data directory {path}{at}. Stop it, or name another one: {other_way}"
