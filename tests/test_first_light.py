"""The main job, end to end, in real browsers: a mail arrives, is answered in the page, and the answer threads back."""

import email
import email.policy
import signal
import smtplib
import socket
import sys
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import Account, User
from conversations.models import Conversation
from email_channel.models import Mailbox
from hummdesk.embedded.ports import free_port
from tests.factories import make_mailbox
from tests.fixtures.live import LiveServer, start_process, stop_process

CUSTOMER = "maija.virtanen@customers.example"
START_TIMEOUT_S = 30
ARRIVES_WITHIN_MS = 10_000


@pytest.fixture
def smtp_port(live: LiveServer) -> Iterator[int]:
    """The mail listener, in a process of its own."""
    port = free_port()
    process = start_process("mail", [sys.executable, "manage.py", "mail_listener", "--port", str(port)], live.port)
    try:
        _wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        stop_process(process)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("The mail listener did not start.")


def _send(port: int, mailbox: Mailbox, subject: str, text: str, **headers: str) -> None:
    mail = EmailMessage()
    mail["From"] = f"Maija Virtanen <{CUSTOMER}>"
    mail["To"] = mailbox.address
    mail["Subject"] = subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
        server.send_message(mail, CUSTOMER, [mailbox.address])


def _sent_mail(account: Account) -> EmailMessage:
    deadline = time.monotonic() + START_TIMEOUT_S
    folder = Path(settings.OUTBOX_DIR) / account.schema_name
    while time.monotonic() < deadline:
        files = sorted(folder.glob("*.eml"))
        if files:
            return email.message_from_bytes(files[-1].read_bytes(), policy=email.policy.default)
        time.sleep(0.1)
    pytest.fail("The reply did not leave.")


def _part(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    assert part is not None
    return str(part.get_content())


def test_mail_is_answered_in_the_page_and_the_answer_threads_back(
    acme: Account,
    committed: None,
    live: LiveServer,
    live_worker: None,
    smtp_port: int,
    page_of: Callable[..., Page],
    agent: User,
    admin: User,
) -> None:
    mailbox = make_mailbox(acme, "support@acme.example")
    page, colleague = page_of(agent), page_of(admin)
    for reader in (page, colleague):
        reader.goto(live.url("/inbox?view=all"))
        expect(reader.locator("body[data-live=open]")).to_be_attached()

    _send(smtp_port, mailbox, "Onko pora varastossa?", "Hei!\n\nOnko pora varastossa?", Message_ID="<q1@mail.example>")

    row = page.get_by_role("listitem").filter(has_text="Onko pora varastossa?")
    expect(row).to_be_visible(timeout=ARRIVES_WITHIN_MS)
    expect(colleague.get_by_text("Onko pora varastossa?").first).to_be_visible()

    row.get_by_role("link").click()
    expect(page.get_by_role("list", name="Messages")).to_contain_text("Hei!")
    page.get_by_role("textbox", name="Message to").fill("Kyllä on!\n\nTervetuloa.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("list", name="Messages")).to_contain_text("Tervetuloa.")
    expect(page.locator("#timeline a.via")).to_have_text("Sent", timeout=ARRIVES_WITHIN_MS)
    expect(colleague.get_by_text("Kyllä on!").first).to_be_visible()

    sent = _sent_mail(acme)
    assert sent["To"].addresses[0].addr_spec == CUSTOMER
    assert sent["From"].addresses[0].addr_spec == mailbox.address
    assert sent["Subject"] == "Re: Onko pora varastossa?"
    assert sent["In-Reply-To"] == "<q1@mail.example>"
    assert sent["References"] == "<q1@mail.example>"
    assert sent["Auto-Submitted"] is None
    assert "Tervetuloa." in _part(sent, "plain")
    assert ">Tervetuloa.</p>" in _part(sent, "html")

    answer = f"Kiitos!\n\nOn 23.11.2026 Acme wrote:\n> {'Kyllä on!'}"
    _send(smtp_port, mailbox, "Re: Onko pora varastossa?", answer, In_Reply_To=sent["Message-ID"])

    expect(page.get_by_role("list", name="Messages")).to_contain_text("Kiitos!", timeout=ARRIVES_WITHIN_MS)
    assert Conversation.objects.count() == 1
    assert Conversation.objects.get().messages.count() == 3
