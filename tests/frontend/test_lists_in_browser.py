import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from accounts.models import User
from conversations.models import Conversation, SavedView
from tests.factories import agent_of, make_searchable, make_tag

OpenPage = Callable[[User, str], Page]
PHONE = ViewportSize(width=390, height=844)


def test_tabs_change_the_list_and_back_brings_the_one_before(desk: Page) -> None:
    desk.get_by_role("link", name=re.compile("^Mine")).click()
    expect(desk.get_by_text("Nothing waiting.")).to_be_visible()
    expect(desk).to_have_url(re.compile(r"/inbox\?view=mine$"))
    expect(desk).to_have_title("Inbox · Acme")

    desk.get_by_role("link", name="See 3 unassigned").click()
    expect(desk.locator(".row")).to_have_count(3)
    desk.go_back()

    expect(desk.get_by_text("Nothing waiting.")).to_be_visible()


def test_another_list_beside_an_open_conversation_names_both_and_survives_a_reload(desk: Page) -> None:
    desk.locator(".row", has_text="Delivery").locator("a").click()
    expect(desk.locator("#thread")).to_be_visible()

    desk.locator(".tab", has_text="All").click()
    expect(desk).to_have_url(re.compile(r"/conversations/\d+\?view=all$"))
    desk.reload()

    expect(desk.locator("#thread-header h2")).to_have_text("Delivery")
    expect(desk.locator(".tab[aria-current]")).to_contain_text("All")
    expect(desk.locator(".row[data-open]")).to_contain_text("Delivery")


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_sidebar_leads_to_each_list(desk: Page, phone: bool) -> None:
    if phone:
        desk.set_viewport_size(PHONE)
    for label in ("Mentions", "Drafts", "Snoozed", "Sent", "Spam"):
        if phone:
            desk.get_by_role("button", name="More", exact=True).click()
        desk.locator("#side").get_by_role("link", name=re.compile(f"^{label}")).click()

        expect(desk.locator("#conversation-list h2")).to_have_text(label)
        expect(desk).to_have_title(f"{label} · Acme")
        expect(desk.locator("#sidebar-counts [aria-current=page]")).to_contain_text(label)


def test_counts_of_the_sidebar_follow_what_happens(desk: Page, open_page: OpenPage, leader: User) -> None:
    unassigned = desk.locator("#sidebar-counts a", has_text="Unassigned").locator(".count")
    expect(unassigned).to_have_text("3")

    desk.locator(".row", has_text="Delivery").locator("a").click()
    expect(desk.locator("#thread-header h2")).to_have_text("Delivery")
    desk.keyboard.press("i")

    expect(unassigned).to_have_text("2")
    expect(desk.locator("#sidebar-counts a", has_text="Inbox").locator(".count")).to_have_text("1")


def test_search_marks_the_words_and_keeps_field_and_focus(desk: Page, conversations: list[Conversation]) -> None:
    make_searchable(*conversations)
    field = desk.get_by_role("searchbox")
    desk.keyboard.press("/")
    expect(field).to_be_focused()
    desk.keyboard.type("invoice")
    desk.keyboard.press("Enter")

    expect(desk.locator(".row")).to_have_count(1)
    expect(desk.locator(".row mark")).to_have_text("Invoice")
    expect(desk).to_have_url(re.compile(r"/inbox\?view=search&q=invoice$"))
    expect(field).to_have_value("invoice")
    expect(field).to_be_focused()
    desk.reload()
    expect(desk.locator(".row mark")).to_have_text("Invoice")
    expect(field).to_have_value("invoice")


def test_search_within_a_list_goes_on_to_the_closed_ones(desk: Page, open_page: OpenPage, admin: User) -> None:
    page = open_page(admin, "/inbox?view=mine&q=nothing-like-it")
    expect(page.get_by_text("No conversations match “nothing-like-it”.")).to_be_visible()

    page.get_by_role("link", name="Search closed ones too").click()

    expect(page).to_have_url(re.compile(r"view=search&q=nothing-like-it$"))


def test_how_to_search_is_told_beside_the_field(desk: Page) -> None:
    desk.get_by_role("searchbox").focus()

    desk.get_by_role("button", name="How to search").click()

    expect(desk.locator("#search-help")).to_contain_text("has:attachment")
    desk.keyboard.press("Escape")
    expect(desk.locator("#search-help")).to_be_hidden()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_filters_are_chosen_shown_as_chips_and_kept_as_a_view(
    desk: Page, conversations: list[Conversation], phone: bool
) -> None:
    if phone:
        desk.set_viewport_size(PHONE)
    conversations[1].tags.add(make_tag("returns"))

    desk.locator("summary[data-command=filter]").click()
    desk.locator("#filter-form select[name=tag]").select_option("returns")
    desk.get_by_role("button", name="Show", exact=True).click()

    expect(desk.locator(".filter-chip")).to_have_text(
        ["Status is Open or Pending", "Assignee is nobody", "Tag has returns"]
    )
    expect(desk.locator(".row")).to_have_count(1)
    desk.get_by_role("link", name="Remove filter Assignee is nobody").click()
    expect(desk.locator(".filter-chip")).to_have_count(2)

    desk.get_by_role("link", name="Save view").click()
    desk.get_by_label("Name").fill("Returns")
    desk.get_by_label("For").select_option("account")
    desk.get_by_role("button", name="Save view").click()

    expect(desk.locator("#conversation-list h2")).to_have_text("Returns")
    expect(desk.locator(".row")).to_contain_text(["Invoice"])
    if not phone:
        expect(desk.locator("#sidebar-counts [aria-current=page]")).to_contain_text("Returns")


def test_view_is_changed_and_deleted(desk: Page, open_page: OpenPage, admin: User) -> None:
    view = SavedView.objects.create(name="Old name", owner=agent_of(admin), filters={"status": "open"})
    page = open_page(admin, f"/inbox?view=view-{view.id}")

    page.get_by_role("link", name="Change view").click()
    page.get_by_label("Name").fill("New name")
    page.get_by_role("button", name="Save view").click()
    expect(page.locator("#conversation-list h2")).to_have_text("New name")

    page.get_by_role("link", name="Change view").click()
    page.get_by_role("button", name="Delete view").click()
    expect(page.get_by_text("“New name” is deleted.")).to_be_visible()
    page.get_by_role("link", name="Keep it again").click()
    expect(page.get_by_label("Name")).to_have_value("New name")


def test_order_is_chosen_in_the_menu(desk: Page) -> None:
    desk.locator("summary", has=desk.locator("use[href$='#arrow-up-down']")).click()

    desk.get_by_role("link", name="Oldest first").click()

    expect(desk.locator(".row .l2 > .cut")).to_have_text(["Delivery", "Invoice", "Return"])
