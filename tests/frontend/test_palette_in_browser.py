import re

from playwright.sync_api import Page, expect

from conversations.models import Conversation
from tests.fixtures.live import LiveServer

PHONE = {"width": 390, "height": 844}


def ask(page: Page, text: str) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search or type a command")).to_be_focused()
    page.keyboard.type(text)


def chosen(page: Page) -> str:
    return page.locator("#palette [aria-selected=true]").inner_text()


def test_palette_goes_to_places_and_tells_their_keys(desk: Page) -> None:
    ask(desk, "snoozed")
    expect(desk.locator("#palette [aria-selected=true]")).to_contain_text("Snoozed")
    expect(desk.locator("#palette [aria-selected=true] kbd")).to_have_text(["G", "S"])

    desk.keyboard.press("Enter")

    expect(desk).to_have_url(re.compile(r"view=snoozed$"))


def test_palette_does_what_keys_do_to_the_open_conversation(desk: Page) -> None:
    desk.locator(".row", has_text="Delivery").locator("a").click()
    expect(desk.locator("#thread-header h2")).to_have_text("Delivery")
    ask(desk, "resolve")

    desk.keyboard.press("Enter")

    expect(desk.locator(".row", has_text="Delivery")).to_have_count(0)
    expect(desk.locator("#palette")).to_be_hidden()


def test_arrows_move_and_escape_gives_the_focus_back(desk: Page) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("Control+k")
    expect(desk.locator("#palette [role=option]").first).to_have_attribute("aria-selected", "true")
    first = chosen(desk)
    desk.keyboard.press("ArrowDown")
    assert chosen(desk) != first
    desk.keyboard.press("ArrowUp")
    assert chosen(desk) == first

    desk.keyboard.press("Escape")

    expect(desk.locator(".row a").first).to_be_focused()


def test_conversations_and_customers_are_found_after_two_letters(desk: Page) -> None:
    ask(desk, "in")
    expect(desk.get_by_role("option", name="Invoice")).to_be_visible()
    expect(desk.get_by_role("option", name="Aino Laine", exact=False).first).to_be_visible()

    desk.get_by_role("option", name="Invoice").click()

    expect(desk.locator("#thread-header h2")).to_have_text("Invoice")


def test_number_leads_straight_to_its_conversation(desk: Page, conversations: list[Conversation]) -> None:
    ask(desk, f"#{conversations[0].display_id}")
    expect(desk.get_by_role("option", name="Delivery")).to_be_visible()

    desk.keyboard.press("Enter")

    expect(desk.locator("#thread-header h2")).to_have_text("Delivery")


def test_what_was_used_comes_first_the_next_time(desk: Page) -> None:
    ask(desk, "light theme")
    desk.keyboard.press("Enter")
    expect(desk.locator("html")).to_have_attribute("data-theme", "light")

    desk.keyboard.press("Control+k")

    expect(desk.locator("#palette [aria-selected=true]")).to_contain_text("Light theme")
    expect(desk.locator("#palette [role=group]").first).to_have_attribute("aria-label", "Recent")


def test_nothing_found_says_so(desk: Page) -> None:
    ask(desk, "#999999")

    expect(desk.locator("#palette-none")).to_have_text("Nothing found")


def test_palette_fills_a_phone_and_opens_from_the_menu(desk: Page) -> None:
    desk.set_viewport_size(PHONE)  # type: ignore[arg-type]
    desk.get_by_role("button", name="More", exact=True).click()
    desk.locator("summary.me").click()

    desk.get_by_role("button", name="Do anything").click()

    expect(desk.locator("#palette")).to_be_visible()
    box = desk.locator("#palette").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (390, 844)
    desk.locator("#palette").get_by_role("button", name="Close").click()
    expect(desk.locator("#palette")).to_be_hidden()


def test_palette_works_on_pages_without_a_list(desk: Page, live: LiveServer) -> None:
    desk.goto(live.url("/settings/profile"))
    ask(desk, "dark")

    desk.keyboard.press("Enter")

    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")


def test_verbs_take_their_argument_in_the_line(desk: Page) -> None:
    desk.locator(".row", has_text="Delivery").locator("a").click()
    expect(desk.locator("#thread-header h2")).to_have_text("Delivery")
    ask(desk, "assign leader")
    expect(desk.get_by_role("option", name="Leader Of Acme")).to_have_attribute("aria-selected", "true")

    desk.keyboard.press("Enter")

    expect(desk.locator("#toasts")).to_contain_text("Leader Of Acme")
