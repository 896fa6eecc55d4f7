"""Inviting and switching people off, by keyboard."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from accounts.models import User

OpenPage = Callable[[User, str], Page]


def press(page: Page, target: Locator) -> None:
    target.focus()
    expect(target).to_be_focused()
    page.keyboard.press("Enter")


def test_somebody_is_invited_and_another_made_leader_and_switched_off_by_keyboard(
    open_page: OpenPage, admin: User, agent: User
) -> None:
    page = open_page(admin, "/settings/people")
    page.locator("body[data-whole]").wait_for()
    address, invited = (
        page.get_by_label("Address", exact=True),
        page.get_by_role("table", name="Invited, not yet here"),
    )

    address.focus()
    page.keyboard.type(agent.email)
    page.keyboard.press("Enter")
    expect(page.locator("#invite-form [role=alert]")).to_contain_text("a member already")
    expect(address).to_have_value(agent.email)
    address.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("new@people.example")
    page.keyboard.press("Enter")
    expect(invited).to_contain_text("new@people.example")

    press(page, page.get_by_role("button", name="Withdraw the invitation of new@people.example"))
    expect(invited).to_have_count(0)

    press(page, page.get_by_role("link", name=agent.name, exact=True))
    role = page.get_by_label("Role")
    role.focus()
    page.keyboard.type("Team")
    expect(role).to_have_value("team_leader")
    press(page, page.get_by_role("button", name="Save"))
    row = page.get_by_role("row").filter(has_text=agent.email)
    expect(row).to_contain_text("Team leader")

    press(page, row.get_by_role("link"))
    press(page, page.get_by_role("button", name="Switch off"))
    expect(row).to_contain_text("Switched off")
    press(page, row.get_by_role("link"))
    press(page, page.get_by_role("button", name="Switch on again"))
    expect(page.locator(".settings-facts")).to_contain_text("Active")
