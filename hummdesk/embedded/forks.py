"""Python programs that start as copies of this process, and so share the memory of what it has imported."""

import atexit
import gc
import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from hummdesk.embedded.processes import end_with_parent, show_as

_RESET_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


def share_memory() -> None:
    """What has been imported so far stays shared with the forks to come."""
    gc.collect()
    # The collector would otherwise write to each object when it walks them, and so unshare its memory page.
    gc.freeze()


class Fork:
    """A copy of this process that runs one Python command line; to be used like a Popen."""

    def __init__(self, name: str, argv: Sequence[str], *, folder: Path, death_signal: signal.Signals) -> None:
        read_end, write_end = os.pipe()
        arguments = (name, argv, folder, write_end, death_signal, os.getpid())
        self.process = multiprocessing.get_context("fork").Process(target=_run, args=arguments)
        self.process.start()
        os.close(write_end)
        self.pid = self.process.pid or 0
        self.stdout = open(read_end, "rb", buffering=0)  # noqa: SIM115 - closed by who reads it

    @property
    def returncode(self) -> int | None:
        """As that of Popen: below zero for a signal, None while it runs."""
        return self.process.exitcode

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self.process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code, once it has ended."""
        self.process.join(timeout)
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        """The process, if it still runs, has got the signal."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """The process is about to end, whatever it is doing."""
        self.send_signal(signal.SIGKILL)


def _run(
    name: str, argv: Sequence[str], folder: Path, output: int, death_signal: signal.Signals, parent_pid: int
) -> None:
    """What the copy does: it takes leave of the supervisor it was, and becomes the program."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in _RESET_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    end_with_parent(death_signal, parent_pid)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(folder)
    show_as(f"hummdesk {name}: {' '.join(argv[1:])}")
    try:
        _run_python(argv[1:])
    finally:
        atexit._run_exitfuncs()  # which multiprocessing leaves out


def _run_python(words: Sequence[str]) -> None:
    """Does what `python WORDS...` does, for the forms `-m MODULE` and `SCRIPT`."""
    if words[0] == "-m":
        sys.argv = list(words[1:])
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = list(words)
        runpy.run_path(words[0], run_name="__main__")
