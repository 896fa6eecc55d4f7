"""Designed mail in its frame: as high as it needs, nothing runs in it, and nothing is asked of anybody else."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from accounts.models import User
from conversations.models import Conversation, MailPage, Message
from hummdesk.safe_html import sanitise_with_looks
from tests.factories import make_conversation, make_message

OpenPage = Callable[[User, str], Page]
RECEIPT = """<table width="100%" bgcolor="#eee"><tr><td align="center"><table width="600" style="background:#fff">
<tr><td style="padding:24px">Order 55012<p>It left our warehouse, and should be with you on Thursday.</p></td></tr>
<tr><td height="300" style="background:#0b3d2e;height:300px">Tall</td></tr></table></td></tr></table>"""


def designed(html: str, *, height_px: int = 100) -> tuple[Conversation, Message]:
    conversation = make_conversation(subject="Order on its way")
    message = make_message(conversation, body_text="Order 55012", page_height_px=height_px)
    MailPage.objects.create(message=message, html=sanitise_with_looks(html))
    return conversation, message


def watched(page: Page) -> list[str]:
    """Return a list that fills with what a page must not do."""
    found: list[str] = []
    host = page.url.split("/")[2]

    def dismiss(dialog: Dialog) -> None:
        found.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("console", lambda line: found.append(line.text) if line.type == "error" else None)
    page.on("request", lambda sent: found.append(sent.url) if sent.url.split("/")[2] != host else None)
    return found


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_frame_is_as_high_as_its_mail(open_page: OpenPage, admin: User, width: int, height: int) -> None:
    conversation, _message = designed(RECEIPT)
    page = open_page(admin, "/inbox?view=all")
    found = watched(page)
    page.set_viewport_size({"width": width, "height": height})

    page.locator(f"#row-{conversation.id} a").click()
    frame = page.locator("iframe.mail-page")
    expect(frame).not_to_have_attribute("height", "100")

    mail = page.frame_locator("iframe.mail-page").locator(".mail")
    needed = mail.evaluate("mail => [mail.scrollHeight, mail.scrollWidth - mail.clientWidth]")
    assert frame.bounding_box()["height"] == pytest.approx(needed[0], abs=2)  # type: ignore[index]
    assert needed[0] > 300
    assert needed[1] == 0
    assert found == []


def test_quoting_takes_the_words_of_designed_mail(open_page: OpenPage, admin: User) -> None:
    conversation, message = designed(RECEIPT)
    page = open_page(admin, "/inbox?view=all")
    page.locator(f"#row-{conversation.id} a").click()
    expect(page.locator("iframe.mail-page")).to_be_visible()

    assert page.locator(f"#message-{message.id} .body").inner_html() == "<p>Order 55012</p>"
    expect(page.locator(f"#message-{message.id} .body")).to_be_hidden()


@pytest.mark.shared
@pytest.mark.timeout(300)
def test_attacks_do_nothing_in_a_frame(open_page: OpenPage, admin: User, shared_dir: Path) -> None:
    cases = json.loads((shared_dir / "attacks" / "html_xss.json").read_text())
    payloads = [case["payload"] for case in cases]
    # Each on its own, since some would swallow those behind them.
    pages = [sanitise_with_looks(f'<table bgcolor="red"><tr><td>{payload}</table>') for payload in payloads]
    conversation, message = designed(RECEIPT)
    MailPage.objects.filter(message=message).update(html="".join(pages))
    page = open_page(admin, "/inbox?view=all")
    found = watched(page)

    page.locator(f"#row-{conversation.id} a").click()
    expect(page.locator("iframe.mail-page")).not_to_have_attribute("height", "100")
    page.wait_for_timeout(1_000)

    assert len(payloads) > 200
    assert found == []
    assert page.locator("#conversation").is_visible()
