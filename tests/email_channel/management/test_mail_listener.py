"""The listener as a process of its own, and mail programs that talk to it."""

import re
import smtplib
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen
from typing import IO, cast

import pytest

from accounts.models import Account
from conversations.models import Conversation, Message
from email_channel.enums import IntakeState, MailSource
from email_channel.models import IncomingMail
from hummdesk.tenancy.context import account_context
from tests.email_channel.mails import raw_mail
from tests.factories import make_mailbox
from tests.fixtures.live import start_process, stop_process
from tests.fixtures.work import RunTasks
from tests.settings import TEST_FOLDER

START_TIMEOUT_S = 30
SENDER = "ada@customers.example"

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture(autouse=True)
def _mailboxes(acme: Account, nordhem: Account) -> None:
    make_mailbox(acme, "support@acme.example")
    with account_context(nordhem):
        make_mailbox(nordhem, "support@nordhem.example")


@pytest.fixture(scope="module")
def port(django_db_setup: None) -> Iterator[int]:
    """The port on which a listener of this run takes mail."""
    log = Path(TEST_FOLDER) / "mail_listener.log"
    command = [sys.executable, "manage.py", "mail_listener", "--host", "127.0.0.1", "--port", "0"]
    process = start_process("mail_listener", command, port=1)
    try:
        yield _port_in(log, process)
    finally:
        stop_process(process)
    assert process.returncode == 0


def _port_in(log: Path, process: Popen[bytes]) -> int:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not (found := re.search(r"Taking mail on 127\.0\.0\.1:(\d+)", log.read_text() if log.exists() else "")):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return int(found[1])


def send(port: int, raw: bytes, recipients: list[str]) -> dict[str, tuple[int, bytes]]:
    """Send a mail; return the recipients that were refused."""
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        return client.sendmail(SENDER, recipients, raw)


def test_a_mail_by_smtp_is_stored_and_becomes_a_conversation(port: int, run_tasks: RunTasks) -> None:
    raw = raw_mail(subject="By SMTP", text=".\r\nA line of one dot\r\n" + "x" * 5_000)

    refused = send(port, raw, ["support@acme.example"])

    mail = IncomingMail.objects.get()
    with mail.raw.open("rb") as file:
        assert file.read() == raw
    assert refused == {}
    assert (mail.source, mail.envelope_sender, mail.state) == (MailSource.SMTP, SENDER, IntakeState.RECEIVED)
    assert "email_channel.tasks.take_in_mail" in run_tasks()
    assert Conversation.objects.get().subject == "By SMTP"


def test_an_unknown_recipient_is_refused_at_once(port: int) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        send(port, raw_mail(), ["nobody@acme.example"])

    code, text = refusal.value.recipients["nobody@acme.example"]
    assert code == 550
    assert text.startswith(b"5.1.1")
    assert not IncomingMail.objects.exists()


def test_one_mail_for_two_accounts_is_in_both(port: int, run_tasks: RunTasks, nordhem: Account) -> None:
    refused = send(
        port, raw_mail(), ["support@acme.example", "support+7@acme.example", "x@y.example", "support@nordhem.example"]
    )
    run_tasks()

    assert set(refused) == {"x@y.example"}
    assert (IncomingMail.objects.count(), Message.objects.count()) == (1, 1)
    with account_context(nordhem):
        assert (IncomingMail.objects.count(), Message.objects.count()) == (1, 1)


def test_an_empty_mail_is_refused(port: int) -> None:
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        send(port, b"\r\n", ["support@acme.example"])

    assert refusal.value.smtp_code == 554
    assert not IncomingMail.objects.exists()


def test_a_mail_of_30_mb_is_refused_by_its_announced_size(port: int) -> None:
    with pytest.raises(smtplib.SMTPSenderRefused) as refusal:
        send(port, raw_mail().ljust(30 * 1024 * 1024, b"x"), ["support@acme.example"])

    assert refusal.value.smtp_code == 552
    assert not IncomingMail.objects.exists()


def test_addresses_in_bytes_that_are_no_text_are_refused_and_the_next_mail_is_taken(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        lines = cast(IO[bytes], connection.makefile("rwb"))
        answers = [lines.readline()]
        for command in (b"EHLO x", b"MAIL FROM:<\xff\x00@x.example>", b"RCPT TO:<\xff\xfe@acme.example>", b"QUIT"):
            lines.write(command + b"\r\n")
            lines.flush()
            answers.append(_answer(lines))

    assert answers[3][:1] in (b"5", b"4")
    assert send(port, raw_mail(), ["support@acme.example"]) == {}
    assert IncomingMail.objects.count() == 1


def _answer(lines: IO[bytes]) -> bytes:
    while (line := lines.readline())[3:4] == b"-":
        pass
    return line


def test_twenty_mails_over_one_connection_are_twenty_rows(port: int, run_tasks: RunTasks) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        for _ in range(20):
            client.sendmail(SENDER, ["support@acme.example"], raw_mail())

    run_tasks()

    assert (IncomingMail.objects.count(), Message.objects.count()) == (20, 20)


def test_a_taken_port_is_told_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        log = Path(TEST_FOLDER) / "second_listener.log"
        command = [sys.executable, "manage.py", "mail_listener", "--host", "127.0.0.1", "--port", str(number)]

        process = start_process("second_listener", command, port=1)

        assert process.wait(START_TIMEOUT_S) != 0
    text = log.read_text()
    assert f"Mail cannot be taken on 127.0.0.1:{number}: " in text
    assert "Traceback" not in text
