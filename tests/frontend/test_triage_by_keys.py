"""Ten conversations, from unassigned to done, without the mouse."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account, User
from conversations.enums import Folder, Priority, Status
from conversations.models import Conversation
from tests.factories import agent_of, make_contact, make_conversation, make_mailbox


@pytest.fixture
def ten(committed: None, acme: Account) -> list[Conversation]:
    """Ten conversations of nobody, Case 9 the newest."""
    mailbox = make_mailbox(acme, "support@acme.example")
    return [
        make_conversation(
            contact=make_contact(name=f"Customer {number}"),
            subject=f"Case {number}",
            mailbox_id=mailbox.id,
            messages=1,
        )
        for number in range(10)
    ]


def opened(page: Page, number: int) -> None:
    expect(page.locator("#conversation")).to_contain_text(f"Case {number}")
    expect(page.locator("#thread [data-command=resolve]").first).to_be_visible()


def choose(page: Page, key: str, text: str) -> None:
    """Open a picker by its key and take the first choice for a text."""
    page.keyboard.press(key)
    expect(page.locator(".picker-input")).to_be_focused()
    page.keyboard.type(text)
    expect(page.locator("#picker-list .option[aria-selected=true]")).to_contain_text(text, ignore_case=True)
    page.keyboard.press("Enter")
    expect(page.locator(".picker-input")).to_be_hidden()


def test_ten_conversations_are_triaged_by_keyboard_alone(
    open_page: Callable[[User, str], Page], admin: User, leader: User, ten: list[Conversation]
) -> None:
    page = open_page(admin, "/inbox?view=unassigned")
    keys = page.keyboard
    keys.press("j")
    keys.press("Enter")
    for number in (9, 8):
        opened(page, number)
        keys.press("e")
    opened(page, 7)
    choose(page, "p", "urgent")
    keys.press("e")
    opened(page, 6)
    choose(page, "h", "2h")
    opened(page, 5)
    keys.press("#")
    opened(page, 4)
    keys.press("!")
    opened(page, 3)
    keys.press("r")
    keys.type("It is on its way.")
    keys.press("Control+Enter")
    expect(page.locator("#timeline .msg.out")).to_contain_text("It is on its way.")
    keys.press("Escape")
    keys.press("e")
    opened(page, 2)
    keys.press("n")
    keys.type("Look at this, please.")
    keys.press("Control+Enter")
    expect(page.locator("#timeline .msg.note")).to_contain_text("Look at this, please.")
    keys.press("Escape")
    choose(page, "a", "leader")
    expect(page.locator(".toast").last).to_contain_text("Leader Of Acme")
    page.locator(".row", has_text="Case 2").wait_for(state="detached")
    keys.press("Escape")
    keys.press("j")
    keys.press("Enter")
    opened(page, 1)
    keys.press("e")
    opened(page, 0)
    keys.press("e")
    expect(page.locator(".row")).to_have_count(0)
    keys.press("z")
    expect(page.locator(".row")).to_have_count(1)

    found = {row.subject[-1]: row for row in Conversation.objects.all()}
    resolved = {number for number, row in found.items() if row.status == Status.RESOLVED}
    assert resolved == {"9", "8", "7", "3", "1"}
    assert found["7"].priority == Priority.URGENT
    assert found["6"].status == Status.SNOOZED
    assert (found["5"].folder, found["4"].folder) == (Folder.TRASH, Folder.SPAM)
    assert found["2"].assignee_id == agent_of(leader).pk
    assert found["0"].status == Status.OPEN
