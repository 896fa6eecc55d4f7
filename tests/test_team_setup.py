"""The first ten minutes, in a browser: hours, a team, two rules, and mail by SMTP that finds its way."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts.models import Account, User
from conversations.models import Conversation
from teams.enums import AgentStatus
from teams.models import Agent
from tests.factories import make_mailbox
from tests.fixtures.live import LiveServer
from tests.fixtures.mail_in import send_by_smtp

ARRIVES_WITHIN_MS = 20_000


def test_mail_is_tagged_moved_and_routed_by_what_was_set_up_on_the_pages(
    acme: Account,
    committed: None,
    live: LiveServer,
    live_worker: None,
    smtp_port: int,
    page_of: Callable[..., Page],
    agent: User,
    admin: User,
) -> None:
    Agent.objects.filter(pk=agent.pk).update(status=AgentStatus.ONLINE)
    mailbox = make_mailbox(acme, "support@acme.example")
    page = page_of(admin)

    _set_hours(page, live)
    _make_team(page, live, member=Agent.objects.get(pk=agent.pk).name)
    _make_rules(page, live)
    page.goto(live.url("/inbox?view=all"))
    page.locator("body[data-live=open]").wait_for()
    send_by_smtp(smtp_port, mailbox.address, "Return of a lamp", "Hello!\n\nThe lamp is broken.")

    row = page.get_by_role("listitem").filter(has_text="Return of a lamp")
    expect(row).to_be_visible(timeout=ARRIVES_WITHIN_MS)
    row.get_by_role("link").click()
    expect(page.locator("#conversation")).to_contain_text("returns", timeout=ARRIVES_WITHIN_MS)
    page.goto(live.url("/settings/rules"))
    expect(page.locator(".rule").first).to_contain_text("Acted 1 time in 7 days")
    conversation = Conversation.objects.get()
    assert conversation.team is not None
    assert (conversation.team.name, conversation.assignee_id) == ("Returns", agent.pk)
    assert [tag.name for tag in conversation.tags.all()] == ["returns"]


def _set_hours(page: Page, live: LiveServer) -> None:
    page.goto(live.url("/settings/hours/new"))
    page.get_by_label("Name", exact=True).first.fill("Shop")
    page.get_by_role("button", name="Save hours").click()
    expect(page.locator("h1")).to_have_text("Shop")


def _make_team(page: Page, live: LiveServer, *, member: str) -> None:
    page.goto(live.url("/settings/teams/new"))
    page.get_by_label("Name", exact=True).fill("Returns")
    page.get_by_label("Routing").select_option("Least loaded")
    page.get_by_label("Business hours").select_option("Shop")
    page.get_by_role("button", name="Make team").click()
    page.get_by_label("Agent", exact=True).select_option(member)
    page.get_by_role("button", name="Put in the team").click()
    expect(page.locator(".settings-part .row-link", has_text=member)).to_be_visible()


def _make_rules(page: Page, live: LiveServer) -> None:
    page.goto(live.url("/settings/rules"))
    page.get_by_role("link", name="Tag by a word").click()
    page.get_by_label("Value").fill("return")
    page.get_by_label("Tags", exact=True).fill("returns")
    page.locator("#rule-form").get_by_role("button", name="Save rule").last.click()
    expect(page.locator(".rule")).to_have_count(1)

    page.get_by_role("link", name="New rule").click()
    page.get_by_label("Name", exact=True).fill("Returns to their team")
    page.get_by_role("combobox", name="When").select_option("Tags change")
    page.get_by_role("button", name="Add condition").click()
    page.get_by_label("Look at").select_option("Tags put on")
    page.get_by_label("Value").fill("returns")
    page.locator("#a-0-type").select_option("Move to the team")
    page.get_by_label("Team", exact=True).select_option("Returns")
    page.locator("#rule-form").get_by_role("button", name="Save rule").last.click()
    expect(page.locator(".rule")).to_have_count(2)
