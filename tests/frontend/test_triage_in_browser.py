"""Triage in the list: picking, changing, taking back, and a list that stays where it is."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account, User
from conversations.enums import Status
from conversations.models import Conversation, Macro
from tests.factories import agent_of, make_contact, make_conversation, make_mailbox

CustomerWrites = Callable[[Conversation, str], None]
OpenPage = Callable[[User, str], Page]


@pytest.fixture
def many(committed: None, acme: Account) -> list[Conversation]:
    """Sixty conversations of acme, nobody's, the newest last."""
    mailbox = make_mailbox(acme, "support@acme.example")
    return [
        make_conversation(
            contact=make_contact(name=f"Customer {number:02}"),
            subject=f"Question {number:02}",
            mailbox_id=mailbox.id,
            messages=1,
        )
        for number in range(60)
    ]


def row(page: Page, subject: str):  # type: ignore[no-untyped-def]
    return page.locator(".row", has_text=subject)


def test_picked_rows_are_resolved_together_and_brought_back(desk: Page) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("x")
    desk.keyboard.press("Shift+J")
    expect(desk.locator("#bulk")).to_contain_text("2 picked")

    desk.locator("#bulk").get_by_role("button", name="Resolve").click()
    expect(desk.locator(".row")).to_have_count(1)
    expect(desk.locator("#bulk")).to_be_hidden()
    expect(desk.locator(".toast")).to_contain_text("Resolved 2 conversations")
    expect(row(desk, "Delivery").locator("a")).to_be_focused()

    desk.keyboard.press("z")

    expect(desk.locator(".row")).to_have_count(3)
    expect(desk.locator(".toast").last).to_contain_text("Undone")


def test_macro_is_applied_to_the_picked_rows(desk: Page, admin: User, conversations: list[Conversation]) -> None:
    actions = [{"type": "priority", "priority": "urgent"}]
    Macro.objects.create(name="Hurry", owner=agent_of(admin), visibility="account", actions=actions)
    desk.keyboard.press("j")
    desk.keyboard.press("x")

    desk.locator("#bulk summary").click()
    desk.locator("#bulk").get_by_role("button", name="Macro").click()
    desk.locator("#picker").get_by_role("option", name="Hurry").click()

    expect(desk.locator(".toast")).to_contain_text("“Hurry” applied to 1")
    expect(desk.locator("#bulk")).to_be_hidden()


def test_picker_that_is_refused_says_so(desk: Page) -> None:
    desk.route("**/inbox/pick/**", lambda route: route.fulfill(status=403, body=""))
    desk.keyboard.press("j")
    desk.keyboard.press("x")

    desk.keyboard.press("t")

    expect(desk.locator(".toast")).to_contain_text("That is not possible now")


def test_list_that_does_not_come_says_so_in_its_place(desk: Page) -> None:
    lists = re.compile(r"/inbox\?view=all")
    desk.route(
        lists,
        lambda route: (
            route.fulfill(status=503, body="") if route.request.headers.get("hx-request") else route.continue_()
        ),
    )

    desk.locator("#conversation-list .tab", has_text="All").click()

    line = desk.locator("#conversation-list .list-failed")
    expect(line).to_contain_text("Could not load the list. Your drafts are safe.")
    expect(desk.locator(".toast")).to_have_count(0)
    desk.unroute(lists)
    line.get_by_role("button", name="Retry").click()
    expect(desk).to_have_url(re.compile("view=all"))
    expect(line).to_have_count(0)


def test_shift_picks_a_range_and_escape_none(desk: Page) -> None:
    boxes = desk.locator(".row .pick")
    boxes.nth(0).check(force=True)
    boxes.nth(2).click(force=True, modifiers=["Shift"])
    expect(desk.locator("#bulk")).to_contain_text("3 picked")
    expect(desk.locator(".row[data-picked]")).to_have_count(3)

    desk.keyboard.press("Escape")

    expect(desk.locator("#bulk")).to_be_hidden()
    expect(desk.locator(".row .pick:checked")).to_have_count(0)


def test_picks_and_focus_outlive_a_live_answer(
    desk: Page, conversations: list[Conversation], customer_writes: CustomerWrites
) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("x")

    customer_writes(conversations[0], "Me first")

    expect(desk.locator(".row").first).to_contain_text("Me first")
    expect(row(desk, "Return").locator(".pick")).to_be_checked()
    expect(row(desk, "Return").locator("a")).to_be_focused()


def test_resolving_the_open_one_opens_the_next(desk: Page) -> None:
    row(desk, "Return").locator("a").click()
    expect(desk.locator("#thread-header h2")).to_have_text("Return")

    desk.keyboard.press("e")

    expect(desk.locator("#thread-header h2")).to_have_text("Invoice")
    expect(desk.locator("#thread")).to_be_focused()
    expect(row(desk, "Return")).to_have_count(0)
    desk.keyboard.press("z")
    expect(row(desk, "Return")).to_have_count(1)
    expect(desk.locator("#thread-header h2")).to_have_text("Invoice")


def test_phone_goes_on_to_the_next_and_back_to_the_list(desk: Page) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    row(desk, "Delivery").locator("a").click()
    expect(desk.locator("#thread-header h2")).to_have_text("Delivery")

    desk.get_by_role("button", name="Resolve", exact=True).click()

    expect(desk.locator("#thread-header h2")).to_have_text("Invoice")
    desk.get_by_role("link", name="Back to the list").click()
    expect(row(desk, "Delivery")).to_have_count(0)
    expect(row(desk, "Invoice")).to_be_visible()


def test_assignee_is_picked_by_keyboard(desk: Page, conversations: list[Conversation]) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("a")
    expect(desk.get_by_role("combobox", name="Assign")).to_be_focused()

    desk.keyboard.type("lead")
    expect(desk.locator("#picker [role=option]:visible")).to_have_count(1)
    desk.keyboard.press("Enter")

    expect(desk.locator(".toast")).to_contain_text("Assigned to Leader Of Acme")
    expect(row(desk, "Return")).to_have_count(0)
    expect(row(desk, "Invoice").locator("a")).to_be_focused()


def test_new_tag_is_made_by_typing_it(desk: Page, conversations: list[Conversation]) -> None:
    row(desk, "Delivery").locator("a").click()
    expect(desk.locator("#thread")).to_be_focused()
    desk.keyboard.press("l")
    expect(desk.get_by_role("combobox", name="Tag")).to_be_focused()

    desk.keyboard.type("Broken glass")
    desk.keyboard.press("Enter")

    expect(desk.locator(".toast")).to_contain_text("Tagged Broken glass")
    assert [tag.name for tag in conversations[0].tags.all()] == ["Broken glass"]
    expect(desk.locator("#thread")).to_be_focused()


def test_snooze_understands_words(desk: Page, conversations: list[Conversation]) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("h")
    expect(desk.get_by_role("combobox", name="Snooze")).to_be_focused()
    desk.keyboard.type("2h")
    expect(desk.locator("#picker [role=option]:visible")).to_have_count(1)

    desk.keyboard.press("Enter")

    expect(desk.locator(".toast")).to_contain_text("Snoozed until")
    conversations[2].refresh_from_db()
    assert conversations[2].status == Status.SNOOZED


def test_escape_leaves_the_picker_where_it_was_opened(desk: Page) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("p")
    expect(desk.get_by_role("combobox", name="Priority")).to_be_focused()

    desk.keyboard.press("Escape")

    expect(desk.locator("#picker")).to_be_hidden()
    expect(row(desk, "Return").locator("a")).to_be_focused()


def test_unread_leaves_the_open_conversation_unread(desk: Page) -> None:
    row(desk, "Delivery").locator("a").click()
    expect(desk.locator("#thread")).to_be_focused()

    desk.keyboard.press("u")

    expect(desk.locator("#thread")).to_have_count(0)
    expect(row(desk, "Delivery")).to_have_class(re.compile("unread"))
    expect(row(desk, "Delivery").locator("a")).to_be_focused()


def test_refused_change_says_why_and_brings_the_row_back(desk: Page, conversations: list[Conversation]) -> None:
    desk.keyboard.press("j")
    desk.route("**/inbox/change*", lambda route: route.fulfill(status=409, body="<!doctype html>"))

    desk.keyboard.press("e")

    expect(row(desk, "Return")).to_have_count(1)
    expect(row(desk, "Return")).not_to_have_attribute("data-leaving", "")


def test_list_grows_and_stays_where_it_is_read(
    open_page: OpenPage, admin: User, many: list[Conversation], customer_writes: CustomerWrites
) -> None:
    page = open_page(admin, "/inbox?view=unassigned")
    expect(page.locator(".row")).to_have_count(50)
    page.locator(".rows").evaluate("box => { box.scrollTop = box.scrollHeight }")
    expect(page.locator(".row")).to_have_count(60)
    page.locator(".rows").evaluate("box => { box.scrollTop = 900 }")
    before = row(page, "Question 45").bounding_box()

    customer_writes(many[3], "It is urgent")
    expect(page.locator("#new-above")).to_have_text("1 new")
    customer_writes(many[5], "So is mine")
    expect(page.locator("#new-above")).to_have_text("2 new")

    assert row(page, "Question 45").bounding_box() == before
    expect(page.locator(".row")).to_have_count(60)
    expect(page.locator(".row").first).to_contain_text("Question 59")
    page.locator("#new-above").click()
    expect(page.locator(".row").first).to_contain_text("So is mine")
    expect(page.locator("#new-above")).to_be_hidden()
    expect(page.locator(".row").first).to_be_in_viewport()


def test_all_that_match_are_changed(open_page: OpenPage, admin: User, many: list[Conversation]) -> None:
    page = open_page(admin, "/inbox?view=unassigned")
    page.keyboard.press("j")
    page.keyboard.press("Control+a")
    expect(page.locator("#bulk")).to_contain_text("50 picked")

    page.get_by_role("button", name="All that match").click()
    expect(page.locator("#bulk b")).to_have_text("All that match")
    page.keyboard.press("e")

    expect(page.locator(".toast")).to_contain_text("Resolved 60 conversations")
    expect(page.locator(".row")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator(".row")).to_have_count(50)


def test_row_tells_who_is_there(
    desk: Page, open_page: OpenPage, leader: User, conversations: list[Conversation]
) -> None:
    other = open_page(leader, f"/conversations/{conversations[0].display_id}")

    expect(row(desk, "Delivery").locator("[data-here] .av")).to_have_count(1)
    other.keyboard.press("r")
    other.keyboard.type("Hello")

    expect(row(desk, "Delivery").locator(".typing")).to_contain_text("Leader is writing")
