"""What is pressed before the script of an open conversation has come."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from conversations.models import Conversation
from tests.fixtures.live import LiveServer


class LatePage:
    """A page whose script of conversations is on its way until `bring` is called."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._held: list[Route] = []
        page.route("**/dist/conversation*.js", self._hold)
        page.goto(url)
        page.locator("body[data-live=open]").wait_for()

    def _hold(self, route: Route) -> None:
        self._held.append(route)

    def press_menu(self) -> None:
        self.page.locator("#timeline .msg").last.hover()
        self.page.locator("#timeline .msg-more").last.click()

    def bring(self) -> None:
        assert self._held
        for route in self._held:
            route.continue_()
        self.page.locator("body[data-whole]").wait_for()


@pytest.fixture
def late(
    watched: Callable[[Page], Page],
    page_of: Callable[..., Page],
    live: LiveServer,
    admin: User,
    conversations: list[Conversation],
) -> LatePage:
    """The first conversation, at a desk."""
    page = watched(page_of(admin))
    page.set_viewport_size({"width": 1440, "height": 900})
    return LatePage(page, live.url(f"/conversations/{conversations[0].display_id}?view=all"))


def test_a_press_comes_once_the_script_is_there(late: LatePage) -> None:
    late.press_menu()
    expect(late.page.locator("#message-menu")).to_be_hidden()

    late.bring()

    expect(late.page.locator("#message-menu")).to_be_visible()


def test_a_key_counts_as_the_press_of_its_button(late: LatePage) -> None:
    expect(late.page.locator("#conversation-details")).to_be_visible()
    late.page.keyboard.press("]")

    late.bring()

    expect(late.page.locator("#conversation-details")).to_be_hidden()


def test_only_the_last_press_counts(late: LatePage) -> None:
    late.press_menu()
    late.page.keyboard.press("]")

    late.bring()

    expect(late.page.locator("#conversation-details")).to_be_hidden()
    expect(late.page.locator("#message-menu")).to_be_hidden()


def test_a_press_in_another_conversation_is_dropped(late: LatePage, conversations: list[Conversation]) -> None:
    late.page.keyboard.press("]")
    late.page.locator(f"#row-{conversations[1].id} a").click()
    expect(late.page.locator("#thread-header h2")).to_contain_text(conversations[1].subject)

    late.bring()

    expect(late.page.locator("#conversation-details")).to_be_visible()


def test_a_press_that_nobody_waits_for_any_more_is_dropped(late: LatePage) -> None:
    late.page.keyboard.press("]")
    late.page.wait_for_function(
        "since => performance.now() > since + 2000", arg=late.page.evaluate("performance.now()")
    )

    late.bring()

    expect(late.page.locator("#conversation-details")).to_be_visible()


def test_a_script_that_does_not_come_leaves_presses_to_the_browser(late: LatePage) -> None:
    late.page.unroute("**/dist/conversation*.js")
    late.page.route("**/dist/conversation*.js", lambda route: route.abort())
    late.page.reload()

    link = late.page.locator("#thread-header a[data-copies]").first
    with late.page.expect_navigation():
        link.click()


FOCUSED_AT_ONCE = """() => { document.addEventListener('hd:editor', () => queueMicrotask(() => {
    document.body.dataset.focused = document.activeElement.className
})) }"""


def test_keys_go_to_the_editor_from_the_moment_that_it_takes_over(late: LatePage) -> None:
    """A frame later would be too late: what is typed meanwhile would stand in the field behind it."""
    late.bring()
    late.page.unroute("**/dist/conversation*.js")
    page, held = late.page, list[Route]()
    page.route("**/dist/editor*.js", lambda route: held.append(route))  # noqa: PLW0108 (Playwright marks it)
    field = page.locator("#composer textarea")
    page.reload()
    page.locator("body[data-whole]").wait_for()
    field.focus()
    page.keyboard.type("Half ")
    page.evaluate(FOCUSED_AT_ONCE)
    for route in held:
        route.continue_()

    expect(page.locator("body[data-focused]")).to_have_attribute("data-focused", re.compile("editor-body"))
    page.keyboard.type("a sentence")
    expect(page.locator("#composer .editor-body")).to_have_text("Half a sentence")
