import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Conversation
from hummdesk.commands import COMMANDS
from tests.fixtures.live import LiveServer

OpenPage = Callable[[User, str], Page]
# As a browser tells of a key of this layout: what is typed, where it stands.
PRESS = """([key, code, more]) => {
    const at = document.activeElement
    at.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true, ...more }))
}"""


def press(page: Page, key: str, code: str, **more: bool) -> None:
    page.evaluate(PRESS, [key, code, more])


def open_row(page: Page, subject: str) -> None:
    page.locator(".row", has_text=subject).locator("a").click()
    expect(page.locator("#thread-header h2")).to_have_text(subject)


@pytest.mark.parametrize(
    ("keys", "view"),
    [("gi", "mine"), ("gm", "mentions"), ("gd", "drafts"), ("gs", "snoozed"), ("ga", "all")],
)
def test_two_keys_after_each_other_go_to_a_place(desk: Page, keys: str, view: str) -> None:
    for key in keys:
        desk.keyboard.press(key)

    expect(desk).to_have_url(re.compile(rf"/inbox\?view={view}$"))


@pytest.mark.parametrize(
    ("keys", "path"),
    [("g,", "/settings/profile"), ("gn", "/notifications"), ("gc", "/customers")],
)
def test_two_keys_lead_to_pages(desk: Page, keys: str, path: str) -> None:
    for key in keys:
        desk.keyboard.press(key)

    expect(desk).to_have_url(re.compile(f"{path}$"))


def test_second_key_that_comes_late_stands_for_itself(desk: Page) -> None:
    desk.keyboard.press("g")
    desk.wait_for_timeout(1100)

    desk.keyboard.press("j")

    expect(desk.locator(".row a").first).to_be_focused()


def test_second_key_that_belongs_to_nothing_does_nothing(desk: Page) -> None:
    open_row(desk, "Delivery")
    desk.keyboard.press("g")

    desk.keyboard.press("e")

    expect(desk.get_by_role("button", name="Resolve", exact=True)).to_be_visible()


def test_note_reply_and_resolve_have_keys(desk: Page) -> None:
    open_row(desk, "Delivery")

    desk.keyboard.press("n")
    expect(desk.get_by_role("radio", name="Note", exact=True)).to_be_checked()
    expect(desk.locator("#composer .editor-body")).to_be_focused()
    desk.keyboard.press("Escape")
    desk.keyboard.press("r")
    expect(desk.get_by_role("radio", name="Reply", exact=True)).to_be_checked()
    expect(desk.locator("#composer .editor-body")).to_be_focused()
    desk.keyboard.press("Escape")
    desk.keyboard.press("e")

    expect(desk.locator(".row", has_text="Delivery")).to_have_count(0)


def test_capital_reopens(open_page: OpenPage, admin: User, conversations: list[Conversation]) -> None:
    page = open_page(admin, f"/conversations/{conversations[0].display_id}?view=mentions")
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()

    page.keyboard.press("Shift+E")

    expect(page.get_by_role("button", name="Resolve", exact=True)).to_be_visible()


def test_escape_leaves_the_field_for_its_pane(desk: Page) -> None:
    open_row(desk, "Delivery")
    desk.keyboard.press("r")
    expect(desk.locator("#composer [contenteditable=true]")).to_be_focused()

    desk.keyboard.press("Escape")

    expect(desk.locator("#thread")).to_be_focused()


def test_search_key_focuses_the_field(desk: Page) -> None:
    desk.keyboard.press("/")

    expect(desk.get_by_label("Search conversations")).to_be_focused()


def test_typed_character_counts_wherever_its_key_stands(desk: Page) -> None:
    press(desk, "j", "KeyC")  # Dvorak

    expect(desk.locator(".row a").first).to_be_focused()
    press(desk, "?", "Minus", shiftKey=True)  # Finnish: Shift and the key right of 0
    expect(desk.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_character_of_another_script_counts_by_its_place(desk: Page) -> None:
    press(desk, "о", "KeyJ")  # Russian

    expect(desk.locator(".row a").first).to_be_focused()


def test_caps_lock_makes_no_difference(desk: Page) -> None:
    press(desk, "J", "KeyJ")

    expect(desk.locator(".row a").first).to_be_focused()


def test_key_of_a_layout_with_alt_graph_counts(desk: Page) -> None:
    press(desk, "[", "Digit8", ctrlKey=True, altKey=True, modifierAltGraph=True)

    expect(desk.locator(".app")).to_have_class(re.compile("side"))


def test_keys_do_nothing_while_composing_typing_or_in_a_dialog(desk: Page) -> None:
    open_row(desk, "Delivery")
    press(desk, "e", "KeyE", isComposing=True)
    desk.keyboard.press("/")
    desk.keyboard.type("eek")
    expect(desk.get_by_label("Search conversations")).to_have_value("eek")
    desk.keyboard.press("Escape")
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()

    desk.keyboard.press("e")
    desk.keyboard.press("Escape")

    expect(desk.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    expect(desk.get_by_role("button", name="Resolve", exact=True)).to_be_visible()


def test_browsers_own_keys_are_left_alone(desk: Page) -> None:
    open_row(desk, "Delivery")

    press(desk, "e", "KeyE", ctrlKey=True)
    press(desk, "e", "KeyE", altKey=True)

    expect(desk.get_by_role("button", name="Resolve", exact=True)).to_be_visible()


def test_list_of_keys_has_every_key_in_force_and_leads_to_changing_them(desk: Page) -> None:
    desk.keyboard.press("?")

    dialog = desk.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog.get_by_text("Next conversation", exact=True)).to_be_visible()
    shown = [text.strip() for text in dialog.locator("dt").all_inner_texts()]
    with_keys = [str(command.label) for command in COMMANDS.values() if command.keys or command.fixed]
    assert set(shown) <= set(with_keys)
    assert {"Resolve", "Snooze", "Assign to me", "Next conversation", "Send", "Inbox", "Undo"} <= set(shown)
    dialog.get_by_role("link", name="Change shortcuts").click()
    expect(desk).to_have_url(re.compile("/settings/shortcuts$"))


def test_screen_readers_and_tooltips_are_told_the_keys(desk: Page) -> None:
    open_row(desk, "Delivery")

    expect(desk.locator("#thread-header [data-command=resolve]")).to_have_attribute("aria-keyshortcuts", "E")
    desk.locator("[data-command=sidebar]").first.hover()
    expect(desk.locator("[data-command=sidebar]").first).to_have_attribute("title", "Sidebar ([)")


def change_key(page: Page, live: LiveServer, label: str, key: str) -> None:
    page.goto(live.url("/settings/shortcuts"))
    page.get_by_label(label, exact=True).press(key)
    page.get_by_role("button", name="Save").click()


def test_changed_key_works_and_is_shown_everywhere(desk: Page, live: LiveServer) -> None:
    change_key(desk, live, "Resolve", "y")
    expect(desk.get_by_label("Resolve", exact=True)).to_have_value("y")

    desk.goto(live.url("/inbox?view=unassigned"))
    open_row(desk, "Delivery")
    desk.keyboard.press("e")
    expect(desk.locator("[data-key-of=resolve]")).to_have_text("Y")
    expect(desk.locator("#thread-header [data-command=resolve]")).to_have_attribute("aria-keyshortcuts", "Y")
    expect(desk.locator(".row", has_text="Delivery")).to_have_count(1)
    desk.keyboard.press("y")

    expect(desk.locator(".row", has_text="Delivery")).to_have_count(0)


def test_field_of_a_key_takes_two_keys_and_gives_them_up(desk: Page, live: LiveServer) -> None:
    desk.goto(live.url("/settings/shortcuts"))
    field = desk.get_by_label("Sent", exact=True)
    field.press("g")
    field.press("e")
    expect(field).to_have_value("g e")
    field.press("Control+j")
    expect(field).to_have_value("Ctrl+j")

    field.press("Backspace")

    expect(field).to_have_value("")


def test_key_that_is_taken_is_told_and_nothing_is_saved(desk: Page, live: LiveServer) -> None:
    change_key(desk, live, "Snooze", "e")

    expect(desk.get_by_text("E is “Resolve” already.")).to_be_visible()
    expect(desk.get_by_label("Snooze", exact=True)).to_have_attribute("aria-invalid", "true")


def test_switched_off_single_keys_do_nothing_but_those_with_ctrl_work(desk: Page, live: LiveServer) -> None:
    desk.goto(live.url("/settings/shortcuts"))
    desk.get_by_role("switch").uncheck()
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("switch")).not_to_be_checked()
    desk.goto(live.url("/inbox?view=unassigned"))
    open_row(desk, "Delivery")

    for key in "ejg?":
        desk.keyboard.press(key)

    expect(desk.get_by_role("button", name="Resolve", exact=True)).to_be_visible()
    expect(desk.locator("[data-key-of=resolve]")).to_be_hidden()
    desk.keyboard.press("Control+k")
    expect(desk.locator("#palette")).to_be_visible()


def test_every_control_of_a_command_names_one_that_there_is(desk: Page, conversations: list[Conversation]) -> None:
    open_row(desk, "Delivery")

    named = desk.locator("[data-command]").evaluate_all("all => all.map(one => one.dataset.command)")

    assert set(named) <= set(COMMANDS)
