import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Conversation
from tests.factories import make_team

CustomerWrites = Callable[[Conversation, str], None]
OpenPage = Callable[[User, str], Page]
AT_THE_LINE = "#presence"


@pytest.fixture
def here(open_page: OpenPage, admin: User, conversations: list[Conversation]) -> Page:
    """The admin at Delivery."""
    return open_page(admin, path_of(conversations[0]))


def path_of(conversation: Conversation) -> str:
    return f"/conversations/{conversation.display_id}?view=all"


def test_teammate_is_seen_at_the_conversation_until_they_leave(
    here: Page, open_page: OpenPage, leader: User, conversations: list[Conversation]
) -> None:
    other = open_page(leader, path_of(conversations[0]))
    expect(here.locator(AT_THE_LINE)).to_have_text(re.compile("Leader is here"))
    expect(other.locator(AT_THE_LINE)).to_have_text(re.compile("Admin is here"))

    other.locator(".row", has_text="Invoice").locator("a").click()

    expect(here.locator(AT_THE_LINE)).to_be_empty()
    expect(other.locator(AT_THE_LINE)).to_be_empty()


def test_teammate_who_writes_a_reply_is_told_of_and_one_who_writes_a_note_is_not(
    here: Page, open_page: OpenPage, leader: User, conversations: list[Conversation]
) -> None:
    other = open_page(leader, path_of(conversations[0]))
    expect(here.locator(AT_THE_LINE)).to_have_text(re.compile("Leader is here"))
    other.keyboard.press("n")
    other.keyboard.type("Between us")
    expect(here.locator(AT_THE_LINE)).to_have_text(re.compile("Leader is here"))

    other.locator("#composer [name=kind][value=reply]").check(force=True)
    other.keyboard.type("Dear Marja")

    expect(here.locator(AT_THE_LINE)).to_have_text(re.compile("Leader is writing a reply"))
    expect(here.locator("#presence.writing .av")).to_have_text("LA")


def test_who_comes_and_goes_moves_nothing(
    here: Page, open_page: OpenPage, leader: User, conversations: list[Conversation]
) -> None:
    top = here.locator("#composer").bounding_box()

    open_page(leader, path_of(conversations[0]))
    expect(here.locator(AT_THE_LINE)).to_have_text(re.compile("Leader is here"))

    assert here.locator("#composer").bounding_box() == top


def test_what_others_send_meanwhile_is_told_to_who_writes(
    here: Page, leader: User, conversations: list[Conversation], customer_writes: CustomerWrites
) -> None:
    here.keyboard.press("r")
    here.keyboard.type("Dear Marja")

    customer_writes(conversations[0], "Never mind, it came")

    expect(here.locator("#collision")).to_contain_text("Marja Heikkinen wrote meanwhile")
    here.locator("#collision").get_by_role("button", name="Show").click()
    expect(here.locator("#timeline .msg").last).to_be_in_viewport()
    expect(here.locator("#collision")).to_be_hidden()


def test_what_others_send_is_not_told_to_who_only_reads(
    here: Page, conversations: list[Conversation], customer_writes: CustomerWrites
) -> None:
    customer_writes(conversations[0], "Hello?")

    expect(here.locator("#timeline .msg").last).to_contain_text("Hello?")
    expect(here.locator("#collision")).to_be_hidden()


def test_own_reply_is_no_collision(here: Page) -> None:
    here.keyboard.press("r")
    here.keyboard.type("On its way")
    here.keyboard.press("Control+Enter")

    expect(here.locator("#timeline .msg.out")).to_contain_text("On its way")
    expect(here.locator("#collision")).to_be_hidden()


def test_conversation_that_is_taken_away_says_so_and_keeps_the_text(
    open_page: OpenPage, agent: User, conversations: list[Conversation]
) -> None:
    page = open_page(agent, path_of(conversations[0]))
    page.keyboard.press("r")
    page.keyboard.type("Half a sentence")

    Conversation.objects.filter(pk=conversations[0].pk).update(team=make_team("Billing"))

    lost = page.locator("#lost")
    expect(lost).to_contain_text("You can’t open this conversation any more.", timeout=25_000)
    expect(page.locator("#composer textarea")).to_have_value("Half a sentence")
    lost.get_by_role("link", name="Back to the list").click()
    expect(page).to_have_url(re.compile(r"/inbox\?view=all"))
