"""The first ten minutes, in a browser and by keyboard: from a new account to mail that finds its way."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import Browser, Locator, Page, expect

from accounts.queries import account_with
from conversations.models import Conversation
from hummdesk.tenancy.context import account_context
from tests.fixtures.cast import PASSWORD
from tests.fixtures.live import LiveServer
from tests.fixtures.mail_in import send_by_smtp

ARRIVES_WITHIN_MS = 20_000
ADDRESS = "help@lumi.example"
Where = Callable[[str], str]


@pytest.fixture
def where(live: LiveServer) -> Where:
    """Where the new account's pages are."""
    return lambda path: live.url(path, account="lumi")


def test_mail_is_tagged_moved_and_routed_by_what_a_new_admin_sets_up(
    committed: None, live_worker: None, smtp_port: int, browser: Browser, where: Where
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        _arrive(page, where)
        _add_mailbox(page)
        _make_team(page, where)
        _set_hours(page, where)
        _promise(page, where)
        _give_to_the_team(page, where)
        _make_rules(page, where)
        _go_online(page, where)
        page.goto(where("/inbox?view=all"))
        expect(page.locator(".first-steps .done")).to_have_count(6)
        expect(page.locator("#conversation-list")).to_contain_text(f"Write to {ADDRESS}")
        page.locator("body[data-live=open]").wait_for()

        send_by_smtp(smtp_port, ADDRESS, "Return of a lamp", "Hello!\n\nThe lamp is broken.")

        row = page.locator("#conversation-list .row", has_text="Return of a lamp")
        expect(row).to_be_visible(timeout=ARRIVES_WITHIN_MS)
        expect(row.locator("time[data-due]")).to_contain_text(re.compile(r"\dm|\dh"), timeout=ARRIVES_WITHIN_MS)
        _press(page, row.get_by_role("link"))
        expect(page.locator("#conversation-details [data-pick=sla]")).to_contain_text("Within the hour")
        details = page.locator("#conversation-details")
        expect(details).to_contain_text("returns", timeout=ARRIVES_WITHIN_MS)
        expect(details.locator("[data-pick=assignee]")).to_contain_text("Aino Laine", timeout=ARRIVES_WITHIN_MS)
        page.goto(where("/settings/rules"))
        expect(page.locator(".rule").first).to_contain_text("Acted 1 time in 7 days")
    _check_stored()


def _check_stored() -> None:
    account = account_with("lumi")
    assert account is not None
    with account_context(account):
        conversation = Conversation.objects.get()
        assert conversation.team is not None
        assert conversation.assignee is not None
        assert conversation.sla_policy is not None
        assert conversation.sla_due_at is not None
        assert (conversation.team.name, conversation.assignee.name) == ("Returns", "Aino Laine")
        assert [tag.name for tag in conversation.tags.all()] == ["returns"]


def _press(page: Page, button: Locator) -> None:
    """Press what has the focus: nothing here needs a mouse."""
    button.focus()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")


def _fill(page: Page, field: Locator, text: str) -> None:
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def _step(page: Page, where: Where, name: str) -> None:
    """Go on from the inbox, by what it says comes next."""
    page.goto(where("/inbox"))
    _press(page, page.locator(".first-steps").get_by_role("link", name=name))


def _arrive(page: Page, where: Where) -> None:
    """Make the account as an operator does, and accept the invitation that its first admin gets."""
    call_command("create_account", name="Lumi", slug="lumi", admin_email="aino@lumi.example", timezone="UTC")
    found = re.search(r"/account/invitation\?token=\S+", str(mail.outbox[-1].body))
    assert found is not None
    page.goto(where(found[0]))
    _fill(page, page.get_by_label("Name"), "Aino Laine")
    _fill(page, page.get_by_label("Password"), PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#conversation-list")).to_contain_text("Connect a mailbox to start.")


def _add_mailbox(page: Page) -> None:
    _press(page, page.locator(".first-steps").get_by_role("link", name="Mailbox"))
    _fill(page, page.get_by_label("Address", exact=True), ADDRESS)
    _fill(page, page.get_by_label("Name", exact=True), "Lumi")
    _press(page, page.get_by_role("button", name="Add mailbox"))
    expect(page.locator("#main")).to_contain_text(ADDRESS)


def _make_team(page: Page, where: Where) -> None:
    _step(page, where, "Team")
    _fill(page, page.get_by_label("Name", exact=True), "Returns")
    page.get_by_label("Routing").select_option("Least loaded")
    _press(page, page.get_by_role("button", name="Save"))
    expect(page.locator("h1")).to_have_text("Returns")
    page.get_by_label("Agent", exact=True).select_option("Aino Laine")
    _press(page, page.get_by_role("button", name="Put in the team"))
    expect(page.locator("#team-members .row-link", has_text="Aino Laine")).to_be_visible()
    expect(page.locator("#team-members")).to_contain_text("Nobody in it is online")


def _set_hours(page: Page, where: Where) -> None:
    """The whole week, so that the clocks run whenever this is tried."""
    _step(page, where, "Business hours")
    _press(page, page.get_by_role("link", name="New hours"))
    _fill(page, page.get_by_label("Name", exact=True).first, "Always")
    days = page.locator(".hours-day")
    for number in range(7):
        times = days.nth(number).locator("input[type=time]")
        if times.count() == 0:
            _press(page, days.nth(number).get_by_role("button").last)
            expect(times).to_have_count(2)
        times.first.fill("00:00")
        times.last.fill("00:00")
    _press(page, page.get_by_role("button", name="Save hours"))
    expect(page.locator("h1")).to_have_text("Always")


def _promise(page: Page, where: Where) -> None:
    _step(page, where, "SLA policy")
    _press(page, page.get_by_role("link", name="New policy"))
    _fill(page, page.get_by_label("Name", exact=True), "Within the hour")
    _fill(page, page.get_by_label("First reply"), "55 min")
    page.get_by_label("Time counts").select_option("In Always")
    _press(page, page.get_by_role("button", name="Save policy"))
    expect(page.locator("h1")).to_have_text("Within the hour")


def _give_to_the_team(page: Page, where: Where) -> None:
    _step(page, where, "Team")
    page.get_by_label("Business hours").select_option("Always")
    page.get_by_label("SLA policy").select_option("Within the hour")
    _press(page, page.get_by_role("button", name="Save"))
    expect(page.locator(".toast", has_text="Saved")).to_be_visible()


def _make_rules(page: Page, where: Where) -> None:
    _step(page, where, "Rules")
    _press(page, page.get_by_role("link", name="Tag by a word"))
    _fill(page, page.get_by_label("Value"), "return")
    _fill(page, page.get_by_label("Tags", exact=True), "returns")
    _press(page, page.locator("#rule-form").get_by_role("button", name="Save rule").last)
    expect(page.locator(".rule")).to_have_count(1)

    _press(page, page.get_by_role("link", name="New rule"))
    _fill(page, page.get_by_label("Name", exact=True), "Returns to their team")
    page.get_by_role("combobox", name="When").select_option("Tags change")
    _press(page, page.get_by_role("button", name="Add condition"))
    page.get_by_label("Look at").select_option("Tags put on")
    _fill(page, page.get_by_label("Value"), "returns")
    page.locator("#a-0-type").select_option("Move to the team")
    page.get_by_label("Team", exact=True).select_option("Returns")
    _press(page, page.locator("#rule-form").get_by_role("button", name="Save rule").last)
    expect(page.locator(".rule")).to_have_count(2)


def _go_online(page: Page, where: Where) -> None:
    _step(page, where, "Be online")
    _press(page, page.locator(".board-set summary"))
    page.get_by_label("Status").last.select_option("Online")
    _press(page, page.locator(".board-set").get_by_role("button", name="Save"))
    expect(page.locator("#board-rows")).to_contain_text("1 of 1 take work")
