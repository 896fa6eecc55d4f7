"""Runs services side by side: relays what they write, restarts those that die, stops all in order."""

import contextlib
import selectors
import signal
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from hummdesk.embedded.console import Console
from hummdesk.embedded.errors import StartError
from hummdesk.embedded.processes import Process
from hummdesk.embedded.services import Child, Program, Service

_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 10.0
_STEADY_AFTER_S = 30.0
_SAME_REQUEST_S = 1.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


@dataclass
class _Slot:
    """A service with its present child, or with the moment (of the monotonic clock) at which it gets the next one."""

    service: Service
    child: Child | None = None
    start_at: float = 0.0
    delay_s: float = _FIRST_DELAY_S


class Supervisor:
    """Runs services in one thread, from inside a `with` block; what still runs at its end is stopped.

    `is_stopping`: Ctrl-C or a signal has asked for the end. `is_urgent`: once more, after a moment.
    One thread, because a process that is bound to its parent ends with the thread that started it.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.slots: list[_Slot] = []
        self.is_stopping = False
        self.is_urgent = False
        self._asked_at = 0.0
        self._selector = selectors.DefaultSelector()
        self._woken, self._waker = socket.socketpair()
        self._handlers_before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for number in _SIGNALS:
            # nohup has SIGHUP ignored: so do we then.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                self._handlers_before[number] = signal.signal(number, self._note_signal)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_all()
        signal.set_wakeup_fd(-1)
        for number, handler in self._handlers_before.items():
            signal.signal(number, handler)
        self._selector.close()
        self._woken.close()
        self._waker.close()

    def start(self, service: Service) -> Process:
        """The service is starting, and from now on is started again whenever it ends."""
        service.prepare()
        slot = _Slot(service)
        self.slots.append(slot)
        return self._give_child(slot).process

    def run_to_end(self, program: Program) -> tuple[int, str]:
        """The exit code and the output of a command that ends by itself, or is stopped when the end is asked for."""
        output: list[bytes] = []
        child = Child(program, output.append)
        self._watch(child)
        while not child.has_ended and not self.is_stopping:
            self.run_for(1.0, until=child)
        self._end([child])
        return child.process.returncode or 0, b"".join(output).decode(errors="replace")

    def run_for(self, duration_s: float, until: Child | None = None) -> None:
        """What happened within that time is dealt with; less time, if the end is asked for or that child ends."""
        deadline = time.monotonic() + duration_s
        while not self.is_stopping and not (until and until.has_ended):
            starts = (slot.start_at for slot in self.slots if not slot.child)
            self._relay(max(min([deadline, *starts]) - time.monotonic(), 0.0))
            self._restart_ended()
            if time.monotonic() >= deadline:
                return

    def stop(self, *names: str) -> None:
        """The services of these names have ended; all were told before any was waited for."""
        chosen = [slot for slot in self.slots if slot.service.name in names]
        self.slots = [slot for slot in self.slots if slot not in chosen]
        self._end([slot.child for slot in chosen if slot.child])

    def stop_all(self) -> None:
        """All services have ended, one after the other, the last started first."""
        while self.slots:
            slot = self.slots.pop()
            self._end([slot.child] if slot.child else [])

    def _note_signal(self, number: int, _frame: object) -> None:
        if number == signal.SIGCHLD:
            return
        now = time.monotonic()
        if not self.is_stopping:
            self._asked_at = now
        self.is_stopping = True
        # One Ctrl-C can come twice, from the terminal and from the `make` around this process.
        self.is_urgent = self.is_urgent or now - self._asked_at > _SAME_REQUEST_S

    def _give_child(self, slot: _Slot) -> Child:
        slot.child = Child(slot.service, partial(self.console.relay, slot.service.name))
        self._watch(slot.child)
        return slot.child

    def _watch(self, child: Child) -> None:
        if child.output:
            self._selector.register(child.output, selectors.EVENT_READ, child)

    def _unwatch(self, child: Child) -> None:
        if child.output and child.output in self._selector.get_map():
            self._selector.unregister(child.output)

    def _relay(self, timeout_s: float) -> None:
        for key, _ in self._selector.select(timeout_s):
            if not isinstance(key.data, Child):
                with contextlib.suppress(BlockingIOError):
                    self._woken.recv(4096)
            elif not key.data.relay():
                self._unwatch(key.data)

    def _restart_ended(self) -> None:
        for slot in self.slots:
            if slot.child and slot.child.has_ended:
                self._plan_restart(slot, slot.child)
            if not slot.child and time.monotonic() >= slot.start_at:
                self._restart(slot)

    def _plan_restart(self, slot: _Slot, ended: Child) -> None:
        self._bury(ended)
        slot.child = None
        now = time.monotonic()
        if now - ended.started_at >= _STEADY_AFTER_S:
            slot.delay_s = _FIRST_DELAY_S
        self._wait(slot, f"{slot.service.name} {ended.cause_of_end()}")

    def _restart(self, slot: _Slot) -> None:
        try:
            slot.service.prepare()
            self._give_child(slot)
        except (StartError, OSError) as error:
            self._wait(slot, f"{slot.service.name} did not start: {error}")

    def _wait(self, slot: _Slot, why: str) -> None:
        self.console.say(f"{why}. Starting it again in {slot.delay_s:g} s.")
        slot.start_at = time.monotonic() + slot.delay_s
        slot.delay_s = min(slot.delay_s * 2, _LONGEST_DELAY_S)

    def _end(self, children: Sequence[Child]) -> None:
        for child in children:
            child.ask_to_stop()
        for child in children:
            self._await_end(child)
            self._bury(child)

    def _await_end(self, child: Child) -> None:
        """The child has ended, killed if it takes too long, or if the end is asked for once more."""
        deadline = time.monotonic() + child.service.stop_timeout_s
        while not child.has_ended:
            if time.monotonic() > deadline or self.is_urgent:
                self.console.say(f"{child.service.name} does not stop. Killing it.")
                child.kill()
            self._relay(0.1)

    def _bury(self, child: Child) -> None:
        self._unwatch(child)
        child.bury()
