"""The main job, end to end, in real browsers: a mail arrives, is answered in the page, and the answer threads back."""

import email
import email.policy
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import Account, User
from conversations.models import Conversation
from tests.factories import make_mailbox
from tests.fixtures.live import LiveServer
from tests.fixtures.mail_in import CUSTOMER, START_TIMEOUT_S, send_by_smtp

ARRIVES_WITHIN_MS = 10_000


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

    send_by_smtp(
        smtp_port,
        mailbox.address,
        "Onko pora varastossa?",
        "Hei!\n\nOnko pora varastossa?",
        Message_ID="<q1@mail.example>",
    )

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
    send_by_smtp(smtp_port, mailbox.address, "Re: Onko pora varastossa?", answer, In_Reply_To=sent["Message-ID"])

    expect(page.get_by_role("list", name="Messages")).to_contain_text("Kiitos!", timeout=ARRIVES_WITHIN_MS)
    assert Conversation.objects.count() == 1
    assert Conversation.objects.get().messages.count() == 3
