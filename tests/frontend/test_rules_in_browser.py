from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from accounts.models import Account, User
from conversations.enums import BacktestState
from conversations.models import AutomationRule, RuleBacktest
from email_channel.models import EmailTemplate
from teams.models import Team
from tests.factories import make_team

OpenPage = Callable[[User, str], Page]


@pytest.fixture
def team(committed: None, acme: Account) -> Team:
    return make_team("Returns")


@pytest.fixture
def rules(team: Team) -> list[AutomationRule]:
    """Three rules: One, Two, Three."""
    actions = [{"type": "assign_team", "team_id": str(team.id)}]
    return [
        AutomationRule.objects.create(name=name, position=place, trigger="message_received", actions=actions)
        for place, name in enumerate(("One", "Two", "Three"))
    ]


def test_rule_is_made_by_keys_alone(open_page: OpenPage, admin: User, team: Team) -> None:
    page = open_page(admin, "/settings/rules/new")
    page.get_by_label("Name", exact=True).fill("Urgent mail")
    page.get_by_role("combobox", name="When").select_option("The customer writes")
    page.get_by_role("button", name="Add condition").press("Enter")
    field = page.get_by_label("Look at")
    expect(field).to_be_focused()

    field.select_option("Priority")
    expect(field).to_be_focused()
    page.get_by_label("Value").select_option("Urgent")
    page.locator("#a-0-type").select_option("Move to the team")
    page.get_by_label("Team", exact=True).select_option("Returns")
    page.get_by_label("Name", exact=True).press("Enter")

    expect(page.get_by_role("heading", name="Rules", exact=True)).to_be_visible()
    expect(page.locator(".rule")).to_contain_text("When the customer writes, if priority is urgent: give to Returns")


def test_button_pressed_before_the_last_answer_counts(open_page: OpenPage, admin: User, team: Team) -> None:
    page = open_page(admin, "/settings/rules/new")
    held: list[Route] = []
    page.route("**/rules/new", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/rules/new"):
        page.get_by_role("combobox", name="When").select_option("The customer writes")

    page.get_by_role("button", name="Add condition").press("Enter")
    held[0].continue_()

    expect(page.get_by_label("Look at")).to_be_focused()
    expect(page.get_by_role("combobox", name="When")).to_have_value("message_received")


def test_what_is_wrong_is_said_and_what_was_typed_stays(open_page: OpenPage, admin: User, team: Team) -> None:
    page = open_page(admin, "/settings/rules/new?start=tag")
    page.get_by_label("Value").fill("invoice")
    page.get_by_role("button", name="Add group").click()
    page.locator("#c-1-0-field").select_option("message_count")
    page.locator("#c-1-0-value").fill("many")
    page.locator("#rule-form").get_by_role("button", name="Save rule").last.click()

    expect(page.locator("#c-1-0-errors")).to_contain_text("Use a number")
    expect(page.locator("#a-0-errors")).to_contain_text("Choose 1 to")
    expect(page.locator("#c-0-value")).to_have_value("invoice")

    page.locator("#c-1-0-value").fill("2")
    page.locator("#a-0-tags").fill("billing")
    page.locator("#rule-form").get_by_role("button", name="Save rule").last.click()

    expect(page.locator(".rule")).to_contain_text(
        "if subject contains “invoice” or number of messages is 2: add billing"
    )


def test_actions_move_with_their_values(open_page: OpenPage, admin: User, team: Team) -> None:
    page = open_page(admin, "/settings/rules/new?start=tag")
    page.locator("#a-0-tags").fill("billing")
    page.get_by_role("button", name="Add action").click()
    expect(page.locator("#a-1-type")).to_be_focused()
    page.locator("#a-1-type").select_option("note")
    page.locator("#a-1-text").fill("Look here")

    page.get_by_role("button", name="Move up").click()

    expect(page.locator("#a-0-text")).to_have_value("Look here")
    expect(page.locator("#a-1-tags")).to_have_value("billing")
    expect(page.locator("#a-0-type")).to_be_focused()


def test_template_is_chosen_from_those_of_mail(open_page: OpenPage, admin: User, team: Team) -> None:
    template = EmailTemplate.objects.create(name="Reminder", subject="Hello", body_html="<p>Hello</p>")
    page = open_page(admin, "/settings/rules/new?start=silence")

    page.get_by_label("Template").select_option("Reminder (en)")
    page.locator("#rule-form").get_by_role("button", name="Save rule").last.click()

    expect(page.locator(".rule")).to_contain_text("When the customer has not answered for 2 days")
    page.locator(".rule .row-link").click()
    expect(page.locator("select#a-0-template_id")).to_have_value(str(template.id))


def test_leaving_a_changed_rule_asks_first(open_page: OpenPage, admin: User, rules: list[AutomationRule]) -> None:
    page = open_page(admin, f"/settings/rules/{rules[0].id}")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_label("Name", exact=True).press("End")
    page.get_by_label("Name", exact=True).press_sequentially("!")
    with page.expect_event("dialog"):
        page.get_by_role("link", name="All rules").click()

    assert asked == ["beforeunload"]
    expect(page.get_by_label("Name", exact=True)).to_have_value("One!")
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page.locator(".rule").first).to_contain_text("One!")
    assert asked == ["beforeunload"]


def test_order_and_switch_change_in_place(open_page: OpenPage, admin: User, rules: list[AutomationRule]) -> None:
    page = open_page(admin, "/settings/rules")

    page.get_by_role("button", name="Move Three up").press("Enter")
    expect(page.locator(".rule .row-link")).to_have_text(["One", "Three", "Two"])
    expect(page.get_by_role("button", name="Move Three up")).to_be_focused()
    page.get_by_role("button", name="Move Three up").press("Enter")
    expect(page.locator(".rule .row-link")).to_have_text(["Three", "One", "Two"])
    expect(page.get_by_role("button", name="Move Three down")).to_be_focused()

    page.get_by_role("switch", name="Two is on").press("Space")
    expect(page.get_by_role("switch", name="Two is on")).to_have_attribute("aria-checked", "false")
    expect(page.get_by_role("switch", name="Two is on")).to_be_focused()
    page.reload()
    expect(page.locator(".rule.is-off .row-link")).to_have_text(["Two"])


def test_rule_is_edited_on_a_page_without_script(open_page: OpenPage, admin: User, team: Team) -> None:
    signed_in = open_page(admin, "/settings/rules/new?start=urgent")
    context = signed_in.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    context.add_cookies(signed_in.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(signed_in.url)

    page.get_by_role("button", name="Add condition").click()
    page.get_by_label("Look at").last.select_option("Team")
    page.get_by_role("button", name="Update the fields").click()
    page.get_by_label("Value").last.select_option("Returns")
    page.locator("#a-0-team_id").select_option("Returns")
    page.get_by_role("button", name="Save rule").last.click()

    expect(page.locator(".rule")).to_contain_text("priority is urgent and team is Returns")
    context.close()


def test_backtest_shows_how_far_it_is_until_it_is_done(
    open_page: OpenPage, admin: User, rules: list[AutomationRule]
) -> None:
    page = open_page(admin, f"/settings/rules/{rules[0].id}/backtest")
    page.get_by_role("button", name="Run backtest").click()
    expect(page.get_by_text("It begins soon")).to_be_visible()

    # As the worker does it.
    running = {"state": BacktestState.RUNNING, "result": {"seen": 400, "total": 1000}}
    RuleBacktest.objects.update(**running)
    expect(page.get_by_text("Looked at 400 of 1000")).to_be_visible()
    done = {"seen": 1000, "total": 1000, "matched": 412, "differing_count": 31, "matching": [], "differing": []}
    RuleBacktest.objects.update(state=BacktestState.DONE, result=done)

    expect(page.get_by_text("412 match; 31 would differ from what people did")).to_be_visible()
    expect(page.get_by_role("link", name="All matches (412)")).to_be_visible()


def test_backtest_is_stopped_by_keys_while_the_page_asks_for_it(
    open_page: OpenPage, admin: User, rules: list[AutomationRule]
) -> None:
    page = open_page(admin, f"/settings/rules/{rules[0].id}/backtest")
    page.get_by_role("button", name="Run backtest").click()
    stop = page.get_by_role("button", name="Stop")
    stop.focus()

    RuleBacktest.objects.update(state=BacktestState.RUNNING, result={"seen": 400, "total": 1000})
    expect(page.get_by_text("Looked at 400 of 1000")).to_be_visible()
    expect(stop).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Stopped after 400 of 1000")).to_be_visible()
    expect(page.get_by_role("button", name="Run again")).to_be_visible()
