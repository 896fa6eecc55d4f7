import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from email_channel.parsing.client import ParserPool, parse_headers, parse_mail
from email_channel.parsing.errors import MailUnreadable, Unreadable
from email_channel.parsing.parsed import ParsedMail

RAW = b"From: a@x.example\r\nSubject: %d\r\n\r\nHello"


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-c", program)


@pytest.fixture
def pool() -> Iterator[ParserPool]:
    pool = ParserPool(size=2, time_limit_s=5)
    yield pool
    pool.close()


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]


def test_parse_mail_reads_a_mail_in_another_process() -> None:
    mail = parse_mail(RAW % 7)

    assert (mail.subject, mail.text) == ("7", "Hello")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"", Unreadable.EMPTY), (b"\0\0", Unreadable.NOT_MAIL), (RAW + b"x" * 99, Unreadable.TOO_LARGE)],
)
def test_parse_mail_refuses_what_is_no_mail(raw: bytes, reason: Unreadable) -> None:
    with pytest.raises(MailUnreadable) as caught:
        parse_mail(raw, max_bytes=100)

    assert caught.value.reason is reason


def test_parse_headers_tells_who_wrote_a_mail_that_is_too_large() -> None:
    raw = b"From: Ann <a@x.example>\r\nSubject: Big\r\n\r\n" + b"x" * 26 * 1024 * 1024

    mail = parse_headers(raw)

    assert mail.author is not None
    assert (mail.author.address, mail.subject, mail.text) == ("a@x.example", "Big", None)


@pytest.mark.parametrize("raw", [b"", b"\0" * 100])
def test_parse_headers_of_what_is_no_mail_is_empty(raw: bytes) -> None:
    assert parse_headers(raw) == ParsedMail()


def test_a_child_serves_one_mail_after_another(pool: ParserPool) -> None:
    before = {child.pid for child in children()}

    subjects = [pool.parse(RAW % number).subject for number in range(20)]

    assert subjects == [str(number) for number in range(20)]
    assert len({child.pid for child in children()} - before) == 1


def test_callers_get_their_own_mail(pool: ParserPool) -> None:
    with ThreadPoolExecutor(8) as threads:
        subjects = list(threads.map(lambda number: pool.parse(RAW % number).subject, range(100)))

    assert subjects == [str(number) for number in range(100)]


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import time; time.sleep(60)", Unreadable.TIME_OUT),
        ("import sys; sys.stdin.buffer.read(20); import time; time.sleep(60)", Unreadable.TIME_OUT),
        ("import os; os.abort()", Unreadable.CRASHED),
        ("pass", Unreadable.CRASHED),
        ("print('rubbish' * 100)", Unreadable.CRASHED),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", Unreadable.TIME_OUT),
    ],
)
def test_a_child_that_fails_is_a_reason(program: str, reason: Unreadable) -> None:
    pool = ParserPool(size=1, time_limit_s=1, command=python(program))
    started_at = time.monotonic()

    with pytest.raises(MailUnreadable) as caught:
        pool.parse(RAW % 1)

    assert caught.value.reason is reason
    assert time.monotonic() - started_at < 5


def test_a_mail_that_needs_too_much_memory_is_a_reason() -> None:
    program = (
        "import email_channel.parsing.child as child; child.MEMORY_BYTES = 200 << 20;"
        "child.parse = lambda raw: bytearray(400 << 20); child.main()"
    )
    pool = ParserPool(size=1, time_limit_s=10, command=python(program))

    with pytest.raises(MailUnreadable) as caught:
        pool.parse(RAW % 1)

    assert caught.value.reason is Unreadable.MEMORY
    pool.close()


def test_the_next_mail_is_read_after_a_child_was_killed(pool: ParserPool) -> None:
    known = {child.pid for child in children()}
    pool.parse(RAW % 1)
    (child,) = [child for child in children() if child.pid not in known]

    child.send_signal(signal.SIGKILL)

    assert pool.parse(RAW % 2).subject == "2"


def test_a_fork_gets_children_of_its_own(pool: ParserPool) -> None:
    pool.parse(RAW % 1)

    pid = os.fork()
    if pid == 0:
        ok = pool.parse(RAW % 2).subject == "2"
        pool.close()
        os._exit(0 if ok else 1)
    _, status = os.waitpid(pid, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert pool.parse(RAW % 3).subject == "3"


def test_close_leaves_no_process_and_no_pipe() -> None:
    before, files_before = {child.pid for child in children()}, psutil.Process().num_fds()
    pool = ParserPool(size=3, time_limit_s=5)
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(pool.parse, [RAW % number for number in range(30)]))

    pool.close()
    gc.collect()

    assert {child.pid for child in children()} <= before
    assert psutil.Process().num_fds() <= files_before
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def test_a_child_knows_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "do-not-tell")
    pool = ParserPool(size=1)
    known = {child.pid for child in children()}

    pool.parse(RAW % 1)

    (child,) = [child for child in children() if child.pid not in known]
    assert "SECRET_KEY" not in child.environ()
    pool.close()


def test_a_child_ends_when_nobody_talks_to_it() -> None:
    program = (
        "import time, sys; from email_channel.parsing.client import ParserPool;"
        f"ParserPool(size=1).parse({RAW % 1!r}); print('ready', flush=True); time.sleep(60)"
    )
    parent = psutil.Popen([sys.executable, "-c", program], stdout=-1)
    parent.stdout.readline()
    (child,) = parent.children()

    parent.kill()
    parent.wait()
    parent.stdout.close()
    gone, _ = psutil.wait_procs([child], timeout=5)

    assert gone == [child]
