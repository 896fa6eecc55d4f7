"""The composer's editor, on a server that has the assistant's calls."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from conversations.models import Conversation
from tests.fixtures.live import LiveServer, web_process

PASTE = """(box, [html, text]) => {
    const data = new DataTransfer()
    data.setData('text/html', html)
    data.setData('text/plain', text)
    box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
}"""


@dataclass(frozen=True)
class Writer:
    """A page with an open conversation, and the editor in it."""

    page: Page

    @property
    def host(self) -> Locator:
        return self.page.locator("#composer hd-editor")

    @property
    def box(self) -> Locator:
        return self.host.locator(".editor-body")

    @property
    def ghost(self) -> Locator:
        return self.box.locator(".ghost")

    @property
    def options(self) -> Locator:
        return self.host.locator(".editor-menu [role=option]")

    @property
    def html(self) -> str:
        """What the form sends as HTML."""
        return self.page.locator("#composer [name=body_html]").input_value()

    @property
    def text(self) -> str:
        """What the form sends as text."""
        return self.page.locator("#composer [name=body]").input_value()

    def tool(self, name: str) -> Locator:
        return self.page.get_by_role("toolbar").get_by_role("button", name=name, exact=True)

    def type(self, text: str, *keys: str) -> None:
        self.page.keyboard.type(text)
        self.press(*keys)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def put_caret_at_start(self) -> None:
        """Press Home until the caret has stayed there: the editor puts its own caret back after it has drawn."""
        for _ in range(10):
            self.press("Home")
            self.page.wait_for_timeout(50)
            if self.page.evaluate("getSelection().anchorOffset") == 0:
                return
        raise AssertionError("The caret does not go to the start of the line.")

    def clear(self) -> None:
        self.host.evaluate("host => host.clear()")
        self.box.focus()

    def paste(self, html: str, text: str = "") -> None:
        self.box.evaluate(PASTE, [html, text])

    def choose_note(self) -> None:
        self.page.locator("#composer [name=kind][value=note]").check(force=True)
        self.box.focus()

    def questions(self) -> list[dict[str, Any]]:
        """What the server was asked so far."""
        return list(self.page.evaluate("async () => (await fetch('/test/questions')).json()"))


@pytest.fixture(scope="session")
def live(django_db_setup: None) -> Iterator[LiveServer]:
    """A server with the assistant's calls."""
    with web_process("tests.settings_assistant") as (server, _process):
        yield server


@pytest.fixture
def writer(open_page: Callable[[User, str], Page], conversations: list[Conversation], admin: User) -> Writer:
    """The admin in "Delivery", whose customer is Marja Heikkinen, with the focus in the editor."""
    page = open_page(admin, f"/conversations/{conversations[0].display_id}")
    writer = Writer(page)
    expect(writer.box).to_be_visible()
    writer.box.focus()
    return writer
