import asyncio
import smtplib
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

import pytest

from email_channel.smtp import IntakeServer, RecipientOutcome

Result = TypeVar("Result")
MAIL = b"From: a@x.example\r\nSubject: Hi\r\n\r\nHello\r\n"


class Recorder:
    """Takes every mail, knows help@y.example and the numbered mailboxes, and raises when told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, str, list[str]]] = []
        self.threads: set[str] = set()
        self.fails = False
        self.refuses: set[str] = set()

    def accept(self, raw: bytes, sender: str, recipients: list[str]) -> Sequence[RecipientOutcome]:
        self.threads.add(threading.current_thread().name)
        if self.fails:
            raise RuntimeError("the database is away")
        self.taken.append((raw, sender, recipients))
        return [RecipientOutcome(item, item not in self.refuses, "not\r\nwanted") for item in recipients]

    def is_known(self, address: str) -> bool:
        if self.fails and address.startswith("lookup"):
            raise RuntimeError("the database is away")
        return address.endswith("@y.example")


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
async def server(recorder: Recorder) -> AsyncIterator[IntakeServer]:
    async with IntakeServer("127.0.0.1", 0, recorder.accept, recorder.is_known) as server:
        yield server


async def talk(server: IntakeServer, conversation: Callable[[smtplib.SMTP], Result]) -> Result:
    def run() -> Result:
        with smtplib.SMTP("127.0.0.1", server.port, timeout=10) as client:
            client.ehlo()
            return conversation(client)

    return await asyncio.to_thread(run)


def send(raw: bytes, *recipients: str, sender: str = "a@x.example") -> Callable[[smtplib.SMTP], tuple[int, bytes]]:
    """Return a conversation that sends one mail and answers with the last reply."""

    def conversation(client: smtplib.SMTP) -> tuple[int, bytes]:
        client.mail(sender)
        for recipient in recipients:
            client.rcpt(recipient)
        return client.data(raw)

    return conversation


async def test_a_mail_is_handed_over_as_it_came(server: IntakeServer, recorder: Recorder) -> None:
    code, _ = await talk(server, send(MAIL + b"..dots\r\n", "help@y.example", "b@y.example"))

    assert code == 250
    assert recorder.taken == [(MAIL + b"..dots\r\n", "a@x.example", ["help@y.example", "b@y.example"])]
    assert all(name.startswith("smtp-intake") for name in recorder.threads)


async def test_a_bounce_has_no_sender(server: IntakeServer, recorder: Recorder) -> None:
    code, _ = await talk(server, send(MAIL, "help@y.example", sender=""))

    assert (code, recorder.taken[0][1]) == (250, "")


async def test_an_unknown_recipient_is_refused(server: IntakeServer, recorder: Recorder) -> None:
    code, text = await talk(server, lambda client: (client.mail("a@x.example"), client.rcpt("b@z.example"))[1])

    assert (code, text) == (550, b"5.1.1 No such mailbox here")
    assert recorder.taken == []


@pytest.mark.parametrize("raw", [b"", b"\r\n \r\n"])
async def test_an_empty_mail_is_refused(server: IntakeServer, recorder: Recorder, raw: bytes) -> None:
    code, _ = await talk(server, send(raw, "help@y.example"))

    assert (code, recorder.taken) == (554, [])


async def test_a_mail_that_cannot_be_kept_stays_with_the_sender(server: IntakeServer, recorder: Recorder) -> None:
    recorder.fails = True
    first, _ = await talk(server, send(MAIL, "help@y.example"))
    recorder.fails = False
    second, _ = await talk(server, send(MAIL, "help@y.example"))

    assert (first, second) == (451, 250)
    assert len(recorder.taken) == 1


async def test_a_lookup_that_fails_is_for_later(server: IntakeServer, recorder: Recorder) -> None:
    recorder.fails = True

    code, _ = await talk(server, lambda client: (client.mail("a@x.example"), client.rcpt("lookup@y.example"))[1])

    assert code == 451


async def test_a_mail_that_nobody_takes_is_refused_on_one_line(server: IntakeServer, recorder: Recorder) -> None:
    recorder.refuses = {"help@y.example"}

    refused, text = await talk(server, send(MAIL, "help@y.example"))
    taken_by_one, _ = await talk(server, send(MAIL, "help@y.example", "b@y.example"))

    assert (refused, text, taken_by_one) == (550, b"5.7.1 not wanted", 250)


async def test_a_mail_over_the_limit_is_refused(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IntakeServer, "size_limit_bytes", 10_000)
    async with IntakeServer("127.0.0.1", 0, recorder.accept, recorder.is_known) as server:
        code, _ = await talk(server, send(MAIL + b"x" * 70 * 200 + b"\r\n", "help@y.example"))

    assert (code, recorder.taken) == (552, [])


async def test_long_lines_are_taken(server: IntakeServer, recorder: Recorder) -> None:
    code, _ = await talk(server, send(MAIL + b"x" * 500_000 + b"\r\n", "help@y.example"))

    assert code == 250
    assert len(recorder.taken[0][0]) > 500_000


async def test_recipients_beyond_the_limit_are_for_another_mail(server: IntakeServer) -> None:
    def conversation(client: smtplib.SMTP) -> list[int]:
        client.mail("a@x.example")
        return [client.rcpt(f"u{number}@y.example")[0] for number in range(1_001)]

    codes = await talk(server, conversation)

    assert codes == [250] * 1_000 + [452]


@pytest.mark.parametrize("lines", [b"\x00\xff\r\n", b"MAIL FROM:<((((\r\n", b"NONSENSE\r\n" * 5, b"DATA\r\n"])
async def test_rubbish_does_not_end_the_server(server: IntakeServer, lines: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    await reader.readline()
    writer.write(b"EHLO x\r\n" + lines)
    await writer.drain()
    writer.close()

    code, _ = await talk(server, send(MAIL, "help@y.example"))

    assert code == 250


async def test_the_greeting_does_not_name_the_program(server: IntakeServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)

    greeting = await reader.readline()
    writer.close()

    assert greeting.startswith(b"220 ")
    assert b"aiosmtpd" not in greeting.lower()
