"""Customers and companies in a browser, on a screen and on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account, User
from conversations.models import Company, Contact
from tests.factories import make_contact, make_conversation

OpenPage = Callable[[User, str], Page]
SIZES = {"screen": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(params=SIZES)
def open_at(request: pytest.FixtureRequest, open_page: OpenPage) -> OpenPage:
    """Open pages at one of both sizes."""

    def make(user: User, path: str) -> Page:
        page = open_page(user, path)
        page.set_viewport_size(SIZES[request.param])  # type: ignore[arg-type]
        return page

    return make


@pytest.fixture
def people(committed: None, acme: Account) -> list[Contact]:
    """Marja with two conversations, her double with one, and sixty others."""
    oak = Company.objects.create(name="Oak Oy")
    marja = make_contact("marja@oak.example", name="Marja Heikkinen", company=oak)
    double = make_contact("marja@home.example", name="Marja H.")
    make_conversation(contact=marja, subject="Delivery", messages=1)
    make_conversation(contact=marja, subject="Invoice", messages=1)
    make_conversation(contact=double, subject="Return", messages=1)
    for number in range(60):
        make_contact(name=f"Person {number:02}")
    return [marja, double]


def test_search_narrows_while_typing_and_keeps_the_address(
    open_at: OpenPage, agent: User, people: list[Contact]
) -> None:
    page = open_at(agent, "/customers")

    page.get_by_role("searchbox", name="Search customers").press_sequentially("oak.ex")

    expect(page.locator(".row-link")).to_have_text(["Marja Heikkinen"])
    expect(page).to_have_url(re.compile(r"/customers\?q=oak\.ex$"))
    expect(page.get_by_role("searchbox", name="Search customers")).to_be_focused()
    page.reload()
    expect(page.locator(".row-link")).to_have_text(["Marja Heikkinen"])


def test_list_goes_on_when_its_end_is_reached(open_at: OpenPage, agent: User, people: list[Contact]) -> None:
    page = open_at(agent, "/customers")
    expect(page.locator(".row-link")).to_have_count(50)

    page.locator("main").evaluate("box => { box.scrollTop = box.scrollHeight }")

    expect(page.locator(".row-link")).to_have_count(62)
    expect(page.locator("#more-rows")).to_have_count(0)


def test_keys_move_through_the_table_open_a_customer_and_lead_back(
    open_page: OpenPage, agent: User, people: list[Contact]
) -> None:
    page = open_page(agent, "/customers")

    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    expect(page.locator(".row-link").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Marja Heikkinen")

    page.locator("body[data-live=open]").wait_for()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/customers$"))
    page.locator("body[data-live=open]").wait_for()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search customers")).to_be_focused()


def test_customer_is_made(open_at: OpenPage, agent: User, people: list[Contact]) -> None:
    page = open_at(agent, "/customers")
    page.get_by_role("link", name="New customer").click()
    expect(page.get_by_label("Name")).to_be_focused()

    page.get_by_label("E-mail").fill("marja@oak.example")
    page.get_by_role("button", name="Add customer").click()
    expect(page.locator(".field .error")).to_contain_text("Another customer has this already")

    page.get_by_label("Name").fill("Peter Berg")
    page.get_by_label("E-mail").fill("peter@elm.example")
    page.get_by_role("button", name="Add customer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Peter Berg")
    expect(page.locator(".toast")).to_contain_text("Customer added")


def test_profile_is_edited_in_place(open_at: OpenPage, agent: User, people: list[Contact]) -> None:
    page = open_at(agent, f"/customers/{people[0].id}")
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page).to_have_url(re.compile("/edit$"))

    page.get_by_label("Name", exact=True).fill("Marja Laine")
    page.get_by_label("New field", exact=True).fill("Plan")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field .error")).to_contain_text("A field needs a name and a value.")
    page.get_by_label("Value of the new field").fill("Gold")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Marja Laine")
    expect(page.locator(".profile")).to_contain_text("Gold")
    expect(page.get_by_role("link", name="Edit")).to_be_focused()
    expect(page).to_have_url(re.compile(f"/customers/{people[0].id}$"))
    expect(page).to_have_title("Marja Laine · Acme")


def test_address_is_added_leads_and_goes(open_at: OpenPage, agent: User, people: list[Contact]) -> None:
    page = open_at(agent, f"/customers/{people[0].id}")
    field = page.get_by_label("Address, number or id")

    field.fill("marja@home.example")
    field.press("Enter")
    expect(page.locator("#known-error")).to_contain_text("Another customer has this already")
    expect(field).to_be_focused()
    field.fill("second@oak.example")
    field.press("Enter")
    expect(page.locator(".known")).to_have_count(2)
    expect(page.locator("#known-error")).to_have_count(0)

    page.get_by_label("Change second@oak.example").click()
    page.get_by_role("button", name="Make main").click()
    expect(page.locator(".known").first).to_contain_text("second@oak.example")
    page.get_by_label("Change second@oak.example").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".known")).to_have_count(1)


def test_block_and_undo_by_key(open_at: OpenPage, agent: User, people: list[Contact]) -> None:
    page = open_at(agent, f"/customers/{people[0].id}")
    page.keyboard.press(".")
    page.get_by_role("button", name="Block", exact=True).click()
    expect(page.locator(".page-head .chip")).to_have_text("Blocked")
    expect(page.locator(".toast")).to_contain_text("Blocked Marja Heikkinen")

    page.keyboard.press("z")

    expect(page.locator(".page-head .chip")).to_have_count(0)
    people[0].refresh_from_db()
    assert not people[0].is_blocked


def test_two_are_merged_and_parted_again(open_at: OpenPage, agent: User, people: list[Contact]) -> None:
    marja, double = people
    page = open_at(agent, f"/customers/{double.id}")
    page.keyboard.press(".")
    page.get_by_role("link", name="Merge with another").click()
    expect(page.locator("#merge-search")).to_be_focused()
    page.keyboard.type("oak.example")
    page.get_by_role("link", name=re.compile("Marja Heikkinen")).click()
    expect(page.get_by_role("radio", name="Marja Heikkinen")).to_be_checked()
    page.get_by_role("button", name="Merge").click()

    expect(page).to_have_url(re.compile(f"/customers/{marja.id}$"))
    expect(page.locator(".past")).to_have_count(3)
    page.goto(page.url.replace(str(marja.id), str(double.id)))
    expect(page).to_have_url(re.compile(f"/customers/{marja.id}$"))

    page.get_by_role("button", name="Undo merge").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Marja H.")
    expect(page.locator(".past")).to_have_count(1)


def test_merge_dialog_gives_the_focus_back(open_page: OpenPage, agent: User, people: list[Contact]) -> None:
    page = open_page(agent, f"/customers/{people[0].id}")
    page.keyboard.press(".")
    page.get_by_role("link", name="Merge with another").click()
    expect(page.locator("#merge-search")).to_be_focused()

    page.keyboard.press("Escape")

    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.get_by_label("More", exact=True).first).to_be_focused()


def test_customer_is_erased_by_typing_the_name(open_at: OpenPage, leader: User, people: list[Contact]) -> None:
    page = open_at(leader, f"/customers/{people[0].id}")
    page.keyboard.press(".")
    page.get_by_role("link", name="Erase").click()
    page.get_by_label("Type Marja Heikkinen to go on").fill("Marja")
    page.get_by_role("button", name="Erase").click()
    expect(page.locator(".field .error")).to_contain_text("This is not the name.")

    page.get_by_label("Type Marja Heikkinen to go on").fill("Marja Heikkinen")
    page.get_by_role("button", name="Erase").click()

    expect(page).to_have_url(re.compile("/customers$"))
    expect(page.locator(".toast")).to_contain_text("Customer erased")
    expect(page.locator("main")).not_to_contain_text("Marja Heikkinen")


def test_company_is_made_edited_and_deleted(open_at: OpenPage, leader: User, people: list[Contact]) -> None:
    page = open_at(leader, "/companies")
    page.get_by_role("link", name="New company").click()
    page.get_by_label("Name").first.fill("Elm")
    page.get_by_role("button", name="Add company").click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Domain").fill("no domain")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field .error")).to_contain_text("Use a domain such as")
    page.get_by_label("Domain").fill("elm.example")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".profile")).to_contain_text("elm.example")

    page.keyboard.press(".")
    page.get_by_role("link", name="Delete company").click()
    page.get_by_label("Type Elm to go on").fill("Elm")
    page.get_by_role("button", name="Delete company").click()

    expect(page).to_have_url(re.compile("/companies$"))
    expect(page.locator(".row-link")).to_have_text(["Oak Oy"])


def test_customers_work_without_script(open_page: OpenPage, agent: User, people: list[Contact]) -> None:
    signed_in = open_page(agent, "/customers")
    context = signed_in.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    context.add_cookies(signed_in.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(signed_in.url)

    page.get_by_role("searchbox", name="Search customers").fill("oak")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Marja Heikkinen").click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Name", exact=True).fill("Marja Laine")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Marja Laine")
    page.locator("#contact-more summary").click()
    page.get_by_role("button", name="Block", exact=True).click()
    expect(page.locator(".page-head .chip")).to_have_text("Blocked")
    context.close()
