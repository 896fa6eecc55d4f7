"""The thread as an agent uses it, at a desk and on a phone."""

import re
from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.enums import MessageKind
from conversations.models import Attachment, Conversation, Message
from hummdesk.safe_html import sanitise_html
from tests.factories import agent_of, make_conversation, make_message

OpenPage = Callable[[User, str], Page]
SIZES = [(1440, 900), (390, 844)]
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture(params=SIZES, ids=["desktop", "phone"])
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    width, height = request.param
    return {"width": width, "height": height}


@pytest.fixture
def opened(
    open_page: OpenPage, admin: User, conversations: list[Conversation], size: dict[str, int]
) -> Callable[[Conversation], Page]:
    """Open a conversation at a size."""

    def make(conversation: Conversation) -> Page:
        page = open_page(admin, "/inbox?view=all")
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.locator(f"#row-{conversation.id} a").click()
        expect(page.locator("#thread-header h2")).to_contain_text(conversation.subject)
        return page

    return make


def menu_at(page: Page, message: Message) -> None:
    page.locator(f"#message-{message.id}").hover()
    page.locator(f"#message-{message.id} .msg-more").click()
    expect(page.locator("#message-menu")).to_be_visible()


def test_quoted_text_is_folded_and_stays_open(
    opened: Callable[[Conversation], Page],
    conversations: list[Conversation],
    customer_writes: Callable[[Conversation, str], None],
) -> None:
    make_message(conversations[0], quoted_html="<p>What was said before</p>")
    page = opened(conversations[0])
    expect(page.get_by_text("What was said before")).to_be_hidden()

    page.locator(".quoted > summary").click()
    customer_writes(conversations[0], "One more thing")

    expect(page.get_by_text("One more thing").last).to_be_visible()
    expect(page.get_by_text("What was said before")).to_be_visible()


def test_pictures_open_one_after_the_other(
    opened: Callable[[Conversation], Page], conversations: list[Conversation]
) -> None:
    message = make_message(conversations[0])
    for name in ("one.png", "two.png"):
        Attachment.objects.create(
            message=message, file=ContentFile(PIXEL, name=name), name=name, content_type="image/png", size_bytes=70
        )
    page = opened(conversations[0])

    page.locator(".file", has_text="one.png").click()
    box = page.locator("#lightbox")
    expect(box.locator("img")).to_have_attribute("alt", "one.png")
    expect(box).to_contain_text("1 / 2")
    page.keyboard.press("ArrowRight")
    expect(box.locator("img")).to_have_attribute("alt", "two.png")
    expect(box.get_by_role("link", name="Download")).to_have_attribute("download", "two.png")
    page.keyboard.press("Escape")

    expect(box).to_be_hidden()
    expect(page.locator(".file", has_text="one.png")).to_be_focused()


def test_pictures_of_the_web_are_asked_for_once(
    opened: Callable[[Conversation], Page], conversations: list[Conversation]
) -> None:
    body = sanitise_html('<p>See</p><img src="https://pictures.invalid/a.png" alt="A picture">')
    message = make_message(conversations[0], body_html=body)
    page = opened(conversations[0])
    shown = page.locator(f"#message-{message.id}")
    expect(shown.locator("img[src]")).to_have_count(0)

    shown.get_by_role("link", name="Show pictures").click()

    expect(shown.locator("img[src*=remote-image]")).to_have_count(1)
    expect(shown.get_by_role("link", name="Show pictures")).to_have_count(0)


def test_note_is_edited_and_deleted_where_it_stands(
    opened: Callable[[Conversation], Page], conversations: list[Conversation], admin: User
) -> None:
    note = make_message(conversations[0], kind=MessageKind.NOTE, agent=agent_of(admin), body_text="Twelve panels")
    page = opened(conversations[0])
    shown = page.locator(f"#message-{note.id}")

    menu_at(page, note)
    page.locator("#message-menu").get_by_text("Edit", exact=True).click()
    expect(shown.locator("textarea")).to_be_focused()
    shown.locator("textarea").fill("Ten panels")
    shown.get_by_role("button", name="Save").click()
    expect(shown).to_contain_text("Ten panels")
    expect(shown).to_contain_text("Edited")
    expect(shown.locator(".msg-more")).to_be_focused()

    menu_at(page, note)
    page.locator("#message-menu").get_by_text("Delete note").click()
    expect(shown).to_contain_text("Deleted by")
    expect(shown).not_to_contain_text("Ten panels")


def test_what_is_edited_outlives_a_refresh(
    opened: Callable[[Conversation], Page],
    conversations: list[Conversation],
    admin: User,
    customer_writes: Callable[[Conversation, str], None],
) -> None:
    note = make_message(conversations[0], kind=MessageKind.NOTE, agent=agent_of(admin), body_text="Twelve panels")
    page = opened(conversations[0])
    menu_at(page, note)
    page.locator("#message-menu").get_by_text("Edit", exact=True).click()
    field = page.locator(f"#message-{note.id} textarea")
    field.fill("Half a sen")

    customer_writes(conversations[0], "Hello again")
    expect(page.locator("#timeline .msg").last).to_contain_text("Hello again")

    expect(field).to_have_value("Half a sen")
    expect(field).to_be_focused()


def test_message_is_split_off_and_comes_back(
    opened: Callable[[Conversation], Page], conversations: list[Conversation]
) -> None:
    message = make_message(conversations[0], body_text="Another matter")
    page = opened(conversations[0])

    menu_at(page, message)
    page.locator("#message-menu").get_by_text("Split off from here").click()
    expect(page.locator("#timeline .event", has_text="split off")).to_be_visible()
    expect(page.locator(f"#message-{message.id}")).to_have_count(0)

    page.locator("#timeline .event", has_text="split off").get_by_role("button", name="Undo").click()
    expect(page.locator(f"#message-{message.id}")).to_be_visible()


def test_merge_by_number_and_back(opened: Callable[[Conversation], Page], conversations: list[Conversation]) -> None:
    source, target = conversations[0], conversations[1]
    page = opened(source)

    page.locator("#thread-menu > summary").click()
    page.locator("#thread-menu").get_by_text("Merge into…").click()
    page.get_by_label("Find a conversation").fill(str(target.display_id))
    page.locator("#merge-candidates button", has_text=target.subject).click()

    expect(page.locator("#thread-header h2")).to_contain_text(target.subject)
    expect(page).to_have_url(re.compile(rf"/conversations/{target.display_id}\?"))
    expect(page.locator("#merge")).to_be_hidden()
    line = page.locator("#timeline .event", has_text="merged another conversation")
    expect(line.get_by_role("link", name=f"#{source.display_id}")).to_be_visible()
    line.get_by_role("button", name="Undo").click()
    expect(page.locator("#timeline")).to_contain_text("undid a merge")


def test_subject_is_edited_in_the_head(
    opened: Callable[[Conversation], Page], conversations: list[Conversation]
) -> None:
    page = opened(conversations[0])
    title = page.locator("#thread-header h2 button")

    title.click()
    page.get_by_label("Subject", exact=True).fill("Never mind")
    page.keyboard.press("Escape")
    expect(title).to_have_text("Delivery")
    title.click()
    page.get_by_label("Subject", exact=True).fill("Delivery of oak")
    page.keyboard.press("Enter")

    expect(title).to_have_text("Delivery of oak")
    expect(page.locator(f"#row-{conversations[0].id}")).to_contain_text("Delivery of oak")


def test_new_messages_are_marked_and_the_thread_begins_there(
    opened: Callable[[Conversation], Page],
    conversations: list[Conversation],
    customer_writes: Callable[[Conversation, str], None],
) -> None:
    page = opened(conversations[0])
    page.goto(page.url.split("/conversations")[0] + "/inbox?view=all")
    for number in range(25):
        customer_writes(conversations[0], f"Line {number}")

    page.locator(f"#row-{conversations[0].id} a").click()

    expect(page.locator("#new-line")).to_contain_text("25 new since you last looked")
    expect(page.locator("#new-line")).to_be_in_viewport()
    customer_writes(conversations[0], "And this")
    expect(page.locator("#new-line")).to_contain_text("26 new since you last looked")


def test_earlier_messages_come_in_without_a_jump(
    open_page: OpenPage, admin: User, conversations: list[Conversation]
) -> None:
    long = make_conversation(subject="Long", messages=80)
    page = open_page(admin, f"/conversations/{long.display_id}?view=all")
    expect(page.locator("#timeline .msg")).to_have_count(50)
    page.locator("#timeline").evaluate("box => { box.scrollTop = 0 }")
    first = page.locator("#timeline .msg").first
    name = first.get_attribute("id")
    before = first.bounding_box()

    page.get_by_role("link", name="Show earlier messages").click()
    expect(page.locator("#timeline .msg")).to_have_count(80)
    after = page.locator(f"#{name}").bounding_box()

    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 3


def test_address_of_a_message_leads_to_it(open_page: OpenPage, admin: User, conversations: list[Conversation]) -> None:
    long = make_conversation(subject="Long", messages=40)
    message = long.messages.order_by("created_at")[10]

    page = open_page(admin, f"/messages/{message.id}")

    expect(page.locator(f"#message-{message.id}")).to_be_in_viewport()
    assert page.url.endswith(f"#message-{message.id}")
