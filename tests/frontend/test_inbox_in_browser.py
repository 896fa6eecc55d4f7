import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from accounts.models import User
from conversations.models import Conversation

CustomerWrites = Callable[[Conversation, str], None]
OpenPage = Callable[[User, str], Page]


def open_row(page: Page, subject: str) -> None:
    page.locator(".row", has_text=subject).locator("a").click()
    expect(page.locator("#thread-header h2")).to_have_text(subject)


def test_keys_move_through_the_list_and_open_a_conversation(desk: Page) -> None:
    for key in ("j", "j", "k", "j", "Enter"):
        desk.keyboard.press(key)

    expect(desk.locator("#thread-header h2")).to_have_text("Invoice")
    expect(desk).to_have_url(re.compile(r"/conversations/\d+\?view=unassigned$"))
    expect(desk).to_have_title("Invoice · Acme")
    expect(desk.locator(".row[data-open]")).to_contain_text("Invoice")
    expect(desk.locator("#thread")).to_be_focused()


def test_message_that_comes_in_leaves_what_is_being_typed_alone(
    desk: Page, conversations: list[Conversation], customer_writes: CustomerWrites
) -> None:
    open_row(desk, "Delivery")
    desk.keyboard.press("r")
    desk.keyboard.type("We send a new on")

    customer_writes(conversations[0], "Are you there?")
    expect(desk.locator("#timeline .msg").last).to_contain_text("Are you there?")
    desk.keyboard.type("e")

    expect(desk.locator("#composer textarea")).to_have_value("We send a new one")
    expect(desk.locator("#composer .editor-body")).to_be_focused()
    expect(desk.locator("#announcer")).to_have_text("New message from Marja Heikkinen")
    expect(desk.locator(".row").first).to_contain_text("Are you there?")


def test_message_elsewhere_moves_its_row_up_and_marks_it_unread(
    desk: Page, conversations: list[Conversation], customer_writes: CustomerWrites
) -> None:
    open_row(desk, "Return")

    customer_writes(conversations[0], "Hello again")

    expect(desk.locator(".row").first).to_contain_text("Hello again")
    expect(desk.locator(".row").first).to_have_class(re.compile("unread"))
    expect(desk.locator("#timeline")).not_to_contain_text("Hello again")


def test_message_below_what_is_read_does_not_scroll_but_offers_to(
    desk: Page, conversations: list[Conversation], customer_writes: CustomerWrites
) -> None:
    for number in range(12):
        customer_writes(conversations[0], f"Line {number}")
    open_row(desk, "Delivery")
    desk.locator("#timeline").evaluate("box => { box.scrollTop = 0 }")

    customer_writes(conversations[0], "The last one")

    expect(desk.locator("#new-below")).to_be_visible()
    assert desk.locator("#timeline").evaluate("box => box.scrollTop") == 0
    desk.locator("#new-below").click()
    expect(desk.locator("#timeline .msg").last).to_be_in_viewport()
    expect(desk.locator("#new-below")).to_be_hidden()


def test_draft_outlives_another_conversation_and_a_reload(desk: Page) -> None:
    open_row(desk, "Delivery")
    desk.locator("#composer textarea").fill("Half a sentence")
    open_row(desk, "Invoice")
    expect(desk.locator("#composer textarea")).to_have_value("")
    expect(desk.locator(".row", has_text="Delivery").locator(".draft")).to_be_visible()

    open_row(desk, "Delivery")
    expect(desk.locator("#composer textarea")).to_have_value("Half a sentence")
    desk.reload()

    expect(desk.locator("#composer textarea")).to_have_value("Half a sentence")


def test_note_comes_back_as_a_note_never_as_a_reply(desk: Page) -> None:
    open_row(desk, "Delivery")
    desk.keyboard.press("n")
    desk.keyboard.type("Not for the customer")

    desk.reload()

    expect(desk.locator("#composer textarea")).to_have_value("Not for the customer")
    expect(desk.get_by_label("Note", exact=True)).to_be_checked()
    expect(desk.get_by_role("button", name="Send", exact=True)).to_be_hidden()


def test_reply_is_sent_by_key_and_leaves_an_empty_composer(desk: Page) -> None:
    open_row(desk, "Delivery")
    desk.keyboard.press("r")
    desk.keyboard.type("On its way.")

    desk.keyboard.press("Control+Enter")

    expect(desk.locator("#timeline .msg.out")).to_contain_text("On its way.")
    expect(desk.locator("#composer textarea")).to_have_value("")
    expect(desk.locator("#composer .editor-body")).to_be_focused()
    assert desk.evaluate("Object.keys(localStorage)") == []


def test_empty_reply_says_so_and_is_gone_with_the_next_one(desk: Page) -> None:
    open_row(desk, "Delivery")
    desk.locator("#composer textarea").press("Control+Enter")
    expect(desk.locator("#composer-errors [role=alert]")).to_be_visible()

    desk.locator("#composer textarea").fill("Now there is text")
    desk.locator("#composer textarea").press("Control+Enter")

    expect(desk.locator("#timeline .msg.out")).to_contain_text("Now there is text")
    expect(desk.locator("#composer-errors [role=alert]")).to_have_count(0)


def test_keys_do_nothing_while_typing(desk: Page) -> None:
    open_row(desk, "Delivery")
    desk.keyboard.press("r")

    desk.keyboard.type("seeker")

    expect(desk.locator("#composer textarea")).to_have_value("seeker")
    expect(desk.get_by_role("button", name="Resolve", exact=True)).to_be_visible()


def test_resolving_takes_the_row_away_and_undo_brings_it_back(desk: Page) -> None:
    open_row(desk, "Delivery")
    row = desk.locator(".row", has_text="Delivery")
    desk.keyboard.press("e")
    expect(desk.locator("#thread-header h2")).to_have_text("Invoice")
    expect(row).to_have_count(0)

    desk.keyboard.press("z")

    expect(row).to_have_count(1)


def test_undo_pressed_before_the_answer_came_undoes_what_was_done_last(desk: Page) -> None:
    row = desk.locator(".row", has_text="Delivery")
    open_row(desk, "Invoice")
    desk.keyboard.press("i")
    expect(desk.locator(".toast [data-command=undo]")).to_have_count(1)
    open_row(desk, "Delivery")
    held: list[Route] = []
    desk.route("**/inbox/change*", lambda route: route.continue_() if held else held.append(route))
    desk.keyboard.press("e")
    desk.keyboard.press("z")
    expect(desk.locator("#thread-header h2")).not_to_have_text("Delivery")

    held[0].continue_()

    expect(row).to_have_count(1)
    expect(desk.locator(".row", has_text="Invoice")).to_have_count(0)


def test_what_a_teammate_does_shows_without_a_reload(
    desk: Page, open_page: OpenPage, leader: User, conversations: list[Conversation]
) -> None:
    open_row(desk, "Delivery")
    other = open_page(leader, f"/conversations/{conversations[0].display_id}")

    other.keyboard.press("i")

    expect(desk.locator("#conversation-details .props").first).to_contain_text("Leader Of Acme")
    expect(desk.locator(".row", has_text="Delivery")).to_have_count(0)


def test_back_returns_to_the_conversation_before(desk: Page) -> None:
    open_row(desk, "Delivery")
    open_row(desk, "Invoice")

    desk.go_back()

    expect(desk.locator("#thread-header h2")).to_have_text("Delivery")
    expect(desk.locator(".row[data-open]")).to_contain_text("Delivery")


def test_phone_shows_one_pane_at_a_time(desk: Page) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    open_row(desk, "Delivery")
    expect(desk.locator("#conversation-list")).to_be_hidden()

    desk.get_by_role("link", name="Back to the list").click()

    expect(desk.locator("#conversation-list")).to_be_visible()
    expect(desk.locator("#thread")).to_have_count(0)
    expect(desk.locator(".row", has_text="Delivery").locator("a")).to_be_focused()


def test_socket_that_fails_is_told_and_mends_itself(desk: Page, conversations: list[Conversation]) -> None:
    desk.evaluate("document.querySelector('hd-live').socket.close()")

    expect(desk.locator("body[data-live=open]")).to_have_count(1)
    expect(desk.locator(".offline")).to_be_hidden()


def test_signing_out_elsewhere_brings_the_sign_in_page(
    desk: Page, conversations: list[Conversation], customer_writes: CustomerWrites
) -> None:
    desk.context.clear_cookies()

    customer_writes(conversations[0], "Anyone?")

    expect(desk).to_have_url(re.compile("/account/login/"))
