"""Pages of acme in a browser, watched for what a strict content policy refuses."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Page

from accounts.models import Account, User
from conversations.actions.receive_message import IncomingText, receive_message
from conversations.models import Conversation
from tests.factories import make_contact, make_conversation, make_mailbox
from tests.fixtures.live import LiveServer

_EXPECTED = (
    # The browser itself notes every answer of 400 and above.
    "Failed to load resource: the server responded with a status of",
    # It notes a line that is down, too.
    "Failed to load resource: net::",
    "WebSocket connection to",
    # htmx tells of each of them, too.
    "Response Status Error Code",
    # A refresh that a newer one replaced; htmx calls both events errors.
    "htmx:sendAbort",
    "htmx:afterRequest",
)


@pytest.fixture
def watched() -> Iterator[Callable[[Page], Page]]:
    """Watch pages; afterwards fail if one broke the content policy or a script failed."""
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_EXPECTED):
            faults.append(message.text)

    def watch(page: Page) -> Page:
        page.on("console", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield watch
    assert not faults


@pytest.fixture
def conversations(committed: None, acme: Account) -> list[Conversation]:
    """Three conversations of acme, nobody's, the newest last: Delivery, Invoice, Return."""
    mailbox = make_mailbox(acme, "support@acme.example")
    names = ("Marja Heikkinen", "Aino Laine", "Peter Berg")
    subjects = ("Delivery", "Invoice", "Return")
    return [
        make_conversation(contact=make_contact(name=name), subject=subject, mailbox_id=mailbox.id, messages=2)
        for name, subject in zip(names, subjects, strict=True)
    ]


@pytest.fixture
def open_page(
    watched: Callable[[Page], Page], page_of: Callable[..., Page], live: LiveServer
) -> Callable[[User, str], Page]:
    """Make a page at a path of acme's host, signed in as a user, whose live channel is open."""

    def make(user: User, path: str) -> Page:
        page = watched(page_of(user))
        page.goto(live.url(path))
        page.locator("body[data-live=open]").wait_for()
        return page

    return make


@pytest.fixture
def desk(open_page: Callable[[User, str], Page], conversations: list[Conversation], admin: User) -> Page:
    """The admin's list of what nobody has taken yet."""
    page = open_page(admin, "/inbox?view=unassigned")
    page.locator("body[data-whole]").wait_for()
    return page


@pytest.fixture
def customer_writes() -> Callable[[Conversation, str], None]:
    """Let the customer of a conversation write one more message."""

    def write(conversation: Conversation, text: str) -> None:
        incoming = IncomingText(body_html=f"<p>{text}</p>", body_text=text)
        receive_message(conversation=conversation, contact=conversation.contact, text=incoming)

    return write
