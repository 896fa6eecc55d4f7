"""The queue and the board, which follow what happens, and the week of business hours by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.actions.change_conversation import change_conversation
from conversations.models import Conversation
from hummdesk.events.actor import Actor
from teams.access import Viewer, viewer_of
from teams.actions.set_agent_status import set_agent_status
from teams.enums import AgentStatus, RoutingStrategy
from teams.models import Agent, BusinessHours, Team
from tests.factories import make_team
from tests.fixtures.work import RunTasks

OpenPage = Callable[[User, str], Page]


@pytest.fixture
def leading(committed: None, leader: User) -> Viewer:
    return viewer_of(leader.memberships.get())


@pytest.fixture
def returns(committed: None, agent: User) -> Team:
    """A team that routes by itself, with one agent, who is offline and can take one."""
    Agent.objects.filter(pk=agent.pk).update(languages=[], max_capacity=1)
    return make_team("Returns", agents=[agent], routing=RoutingStrategy.LEAST_LOADED)


def give(viewer: Viewer, conversation: Conversation, team: Team) -> None:
    change_conversation(viewer=viewer, conversation_id=conversation.id, changes={"team_id": team.id})


def set_status(agent: User, status: AgentStatus) -> None:
    set_agent_status(agent_id=agent.id, status=status, actor=Actor.system())


def mark(page: Page) -> Page:
    """Mark the page, so that a reload shows."""
    page.evaluate("window.isTheSame = true")
    return page


def is_the_same(page: Page) -> bool:
    return bool(page.evaluate("window.isTheSame === true"))


def test_queue_shows_who_comes_goes_and_waits_on(
    open_page: OpenPage,
    leading: Viewer,
    leader: User,
    agent: User,
    returns: Team,
    conversations: list[Conversation],
    run_tasks: RunTasks,
) -> None:
    first, second = conversations[:2]
    page = mark(open_page(leader, "/queue"))
    expect(page.locator("#queue-rows")).to_contain_text("Nobody waits.")

    for one in (first, second):
        give(leading, one, returns)
    run_tasks()
    rows = page.locator(".waiters > li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Nobody who could take it is online.")

    set_status(agent, AgentStatus.ONLINE)
    run_tasks()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("as soon as there is room")

    set_status(agent, AgentStatus.AWAY)
    run_tasks()
    expect(rows.first).not_to_contain_text("as soon as there is room")
    assert is_the_same(page)
    assert Conversation.objects.filter(team=returns, assignee_id=agent.id).count() == 1


def test_board_shows_who_goes_away_and_what_they_are_given(
    open_page: OpenPage,
    leading: Viewer,
    leader: User,
    agent: User,
    returns: Team,
    conversations: list[Conversation],
    run_tasks: RunTasks,
) -> None:
    set_status(agent, AgentStatus.ONLINE)
    run_tasks()
    page = mark(open_page(leader, "/board"))
    row = page.locator(f"#agent-{agent.id}")
    expect(row).to_contain_text("0 of 1")
    expect(page.locator(".board-tally")).to_contain_text("1 of 3 take work")

    give(leading, conversations[0], returns)
    run_tasks()
    expect(row).to_contain_text("1 of 1")

    set_status(agent, AgentStatus.AWAY)
    run_tasks()
    expect(row).to_contain_text("Away")
    expect(page.locator(".board-tally")).to_contain_text("0 of 3 take work")
    assert is_the_same(page)


def test_periods_are_added_by_keyboard_and_those_that_overlap_stay_typed(
    committed: None, open_page: OpenPage, admin: User
) -> None:
    page = open_page(admin, "/settings/hours/new")
    monday = page.get_by_role("group", name="Monday")
    page.get_by_label("Name", exact=True).first.focus()
    page.keyboard.type("Evenings")
    monday.get_by_role("button", name="Add a period on Monday").focus()
    page.keyboard.press("Enter")

    opens = monday.get_by_label("Monday, period 2 opens")
    expect(opens).to_be_visible()
    opens.focus()
    page.keyboard.type("0400PM")
    page.keyboard.press("Tab")  # to the clock of the browser's own field
    page.keyboard.press("Tab")
    closes = monday.get_by_label("Monday, period 2 closes")
    expect(closes).to_be_focused()
    page.keyboard.type("0800PM")
    page.keyboard.press("Enter")

    expect(monday).to_contain_text("overlap")
    expect(opens).to_have_value("16:00")
    expect(opens).to_have_attribute("aria-invalid", "true")
    expect(closes).to_have_value("20:00")
    expect(page.get_by_label("Name", exact=True).first).to_have_value("Evenings")
    assert not BusinessHours.objects.filter(name="Evenings").exists()

    opens.focus()
    page.keyboard.type("0500PM")
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("Evenings")
    periods = BusinessHours.objects.get(name="Evenings").periods.filter(weekday=0)
    assert list(periods.values_list("opens_minute", "closes_minute")) == [(540, 1020), (1020, 1200)]


def test_languages_are_chosen_by_name_and_nothing_typed_is_lost_by_a_fault(
    committed: None, open_page: OpenPage, agent: User
) -> None:
    Agent.objects.filter(pk=agent.pk).update(languages=["en"])
    page = open_page(agent, "/settings/availability")

    page.get_by_label("Language 2").select_option("Finnish")
    page.get_by_label("Language 3").select_option("Swedish")
    expect(page.get_by_label("Language 4")).to_be_visible()
    page.get_by_label("Last day out").fill("2026-12-24")
    page.get_by_label("Last day out").press("Enter")
    expect(page.locator("#agent-form .error")).to_contain_text("Give the first day and the last one.")
    expect(page.get_by_label("Language 3")).to_have_value("sv")
    page.get_by_label("Out of office from").fill("2026-12-20")
    page.get_by_label("Out of office from").press("Enter")

    expect(page.locator(".toast", has_text="Saved")).to_be_visible()
    found = Agent.objects.get(pk=agent.pk)
    assert (found.languages, str(found.out_from_on)) == (["en", "fi", "sv"], "2026-12-20")
