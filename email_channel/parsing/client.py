"""Parsing from the outside: mail goes to a child process that may be killed at any moment."""

import atexit
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from email_channel.parsing import limits
from email_channel.parsing.child import FRAME, Verdict
from email_channel.parsing.errors import MailUnreadable, Unreadable
from email_channel.parsing.parsed import ParsedMail
from email_channel.parsing.prescan import refusal
from email_channel.parsing.wire import decode_mail

TIME_LIMIT_S = 10.0
_ROOT = Path(__file__).resolve().parents[2]
# A fresh process now and then costs 50 ms and bounds what fragmentation of memory can do.
_MAILS_PER_CHILD = 500
_CHILD_COMMAND = (sys.executable, "-S", "-B", "-m", "email_channel.parsing.child")
_HEADERS_BYTES = 256 * 1024
_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_REASONS = {
    Verdict.MEMORY: Unreadable.MEMORY,
    Verdict.CRASHED: Unreadable.CRASHED,
    Verdict.TOO_DEEP: Unreadable.TOO_DEEP,
}


class _Child:
    """One process that parses one mail at a time."""

    def __init__(self, command: tuple[str, ...], environment: Mapping[str, str]) -> None:
        self.mail_count = 0
        self.is_late = False
        # No variable of ours goes in: the process that reads strangers' mail knows no secret.
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=_ROOT,
            env=dict(environment),
            start_new_session=True,
        )
        self.requests = cast(BinaryIO, self.process.stdin)
        self.answers = cast(BinaryIO, self.process.stdout)

    def ask(self, raw: bytes, time_limit_s: float) -> tuple[Verdict, bytes]:
        """Return the answer. Raises MailUnreadable when the process dies or is killed for being late."""
        watchdog = threading.Timer(time_limit_s, self._kill_late)
        watchdog.daemon = True
        watchdog.start()
        try:
            self._write(FRAME.pack(len(raw)))
            self._write(raw)
            (length,) = FRAME.unpack(self._read(FRAME.size))
            answer = self._read(length)
        except OSError as error:
            self.close()
            raise MailUnreadable(self._cause_of_death()) from error
        finally:
            watchdog.cancel()
        self.mail_count += 1
        return Verdict(answer[0]), answer[1:]

    def close(self) -> None:
        """End the process and wait for it."""
        self.process.kill()
        self.close_pipes()
        self.process.wait()

    def close_pipes(self) -> None:
        """Let go of the pipes; the process ends when nobody else holds them."""
        for pipe in (self.requests, self.answers):
            with contextlib.suppress(OSError):
                pipe.close()

    def _kill_late(self) -> None:
        self.is_late = True
        self.process.kill()

    def _cause_of_death(self) -> Unreadable:
        is_over_cpu_time = self.process.returncode == -signal.SIGXCPU
        return Unreadable.TIME_OUT if self.is_late or is_over_cpu_time else Unreadable.CRASHED

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self.requests.write(view) or 0 :]

    def _read(self, length: int) -> bytes:
        chunks: list[bytes] = []
        while length:
            chunk = self.answers.read(min(length, 1 << 20))
            if not chunk:
                raise BrokenPipeError
            chunks.append(chunk)
            length -= len(chunk)
        return b"".join(chunks)


class ParserPool:
    """Children on loan, one per caller: at most `size` at once, kept between mails. Safe for threads and forks."""

    def __init__(
        self, size: int, time_limit_s: float = TIME_LIMIT_S, command: tuple[str, ...] = _CHILD_COMMAND
    ) -> None:
        self.size = size
        self.time_limit_s = time_limit_s
        self.command = command
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()
        self._begin()
        # A fork copies the pipes; two processes on one pipe would read each other's mail.
        os.register_at_fork(after_in_child=self._leave_to_parent)

    def parse(self, raw: bytes) -> ParsedMail:
        """Return the mail. Raises MailUnreadable."""
        try:
            verdict, payload = self._ask(raw)
        except MailUnreadable as error:
            if error.reason is not Unreadable.CRASHED:
                raise
            # Somebody else may have ended that child, between two mails or in this one.
            verdict, payload = self._ask(raw)
        if verdict is not Verdict.PARSED:
            raise MailUnreadable(_REASONS[verdict])
        try:
            return decode_mail(payload)
        except ValueError as error:
            raise MailUnreadable(Unreadable.CRASHED) from error

    def _ask(self, raw: bytes) -> tuple[Verdict, bytes]:
        with self._child() as child:
            return child.ask(raw, self.time_limit_s)

    def close(self) -> None:
        """End all idle children; those on loan end when they are given back."""
        with self._lock:
            self._is_open = False
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()

    @contextlib.contextmanager
    def _child(self) -> Iterator[_Child]:
        with self._places:
            child = self._borrow()
            try:
                yield child
            except BaseException:
                # Whatever went wrong, the pipe may hold half an answer.
                child.close()
                raise
            finally:
                self._give_back(child)

    def _borrow(self) -> _Child:
        with self._lock:
            child = self._idle.pop() if self._idle else None
        if child is not None and child.process.poll() is None:
            return child
        if child is not None:
            self._drop(child)
        child = _Child(self.command, {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"})
        with self._lock:
            self._all.add(child)
        return child

    def _drop(self, child: _Child) -> None:
        with self._lock:
            self._all.discard(child)
        child.close()

    def _give_back(self, child: _Child) -> None:
        is_dead = child.process.poll() is not None
        with self._lock:
            if not is_dead and self._is_open and child.mail_count < _MAILS_PER_CHILD:
                self._idle.append(child)
                return
        self._drop(child)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(self.size)
        self._idle.clear()
        self._all.clear()
        self._is_open = True

    def _leave_to_parent(self) -> None:
        for child in self._all:
            child.close_pipes()
            # The process belongs to the parent: nothing here may wait for it or complain about it.
            child.process.returncode = 0
        self._begin()


_pool = ParserPool(size=max(os.cpu_count() or 1, 2))
atexit.register(_pool.close)


def parse_mail(raw: bytes, *, max_bytes: int = limits.MAIL_BYTES) -> ParsedMail:
    """Return what a mail says; ends within 10 s of its turn whatever the mail. Raises MailUnreadable.

    Safe to call from several threads; a call waits while as many mails as there are processors are being parsed.
    """
    reason = refusal(raw, max_bytes)
    if reason is not None:
        raise MailUnreadable(reason)
    return _pool.parse(raw)


def parse_headers(raw: bytes) -> ParsedMail:
    """Return what the header says, for a mail whose whole cannot be read; an empty mail where that fails too."""
    head = raw[:_HEADERS_BYTES]
    blank = _BLANK_LINE.search(head.lstrip(b"\r\n"))
    try:
        mail = parse_mail(head.lstrip(b"\r\n")[: blank.start()] if blank else head)
    except MailUnreadable:
        return ParsedMail()
    return replace(mail, text=None, html=None, attachments=())
