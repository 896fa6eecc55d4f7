"""The composer: drafts, files, kinds, sending, undo, and two people at one conversation."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, Route, ViewportSize, expect

from accounts.models import Account, User
from conversations.enums import DeliveryState, MessageKind
from conversations.models import Conversation, Message, MessageDraft
from email_channel.models import EmailMessage
from tests.factories import agent_of, make_message

OpenPage = Callable[[User, str], Page]
CustomerWrites = Callable[[Conversation, str], None]
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture
def delivery(conversations: list[Conversation], acme: Account) -> Conversation:
    """The conversation Delivery, in an account that gives ten seconds to think better of a reply."""
    Account.objects.filter(id=acme.id).update(settings={"undo_send_s": 10})
    return conversations[0]


@pytest.fixture
def thread(open_page: OpenPage, delivery: Conversation, admin: User) -> Page:
    """The admin's page of Delivery."""
    page = open_page(admin, f"/conversations/{delivery.display_id}?view=all")
    page.locator("#composer[data-ready]").wait_for()
    return page


def words(page: Page) -> str:
    """Return what stands in the field, whoever draws it."""
    return page.locator("#composer [name=body]").input_value()


def write(page: Page, text: str) -> None:
    page.locator("#composer .editor").click()
    page.keyboard.type(text)


def saved(page: Page) -> None:
    expect(page.locator(".compose-saved")).to_have_text("Saved")


def test_draft_is_there_after_a_reload_and_in_another_browser(
    thread: Page, open_page: OpenPage, delivery: Conversation, admin: User
) -> None:
    thread.locator("[data-recipients]").click()
    thread.keyboard.type("bob@x.example,")
    write(thread, "Half a sentence")
    saved(thread)

    thread.reload()
    other = open_page(admin, f"/conversations/{delivery.display_id}")

    for page in (thread, other):
        expect(page.locator("#composer [name=body]")).to_have_value("Half a sentence")
        expect(page.locator(".addr")).to_have_text("bob@x.example")
    assert not [key for key in thread.evaluate("Object.keys(localStorage)") if key.startswith("draft:")]


def test_signing_out_leaves_nothing_written_in_the_browser(thread: Page) -> None:
    keys = "Object.keys(localStorage).filter(key => key.startsWith('draft'))"
    write(thread, "Half a sentence")
    saved(thread)
    assert thread.evaluate(keys)

    thread.locator("form[action$='/logout/']").evaluate("form => form.requestSubmit()")
    thread.wait_for_url("**/account/login/**")

    assert thread.evaluate(keys) == []


def test_what_is_typed_offline_is_kept_and_saved_when_the_line_is_back(thread: Page) -> None:
    thread.context.set_offline(True)
    write(thread, "Written in a tunnel")
    expect(thread.locator(".compose-saved")).to_have_text("Saved here, offline")

    thread.keyboard.press("Control+Enter")
    expect(thread.locator(".toast")).to_contain_text("No connection")
    expect(thread.locator("#composer [name=body]")).to_have_value("Written in a tunnel")
    thread.context.set_offline(False)

    saved(thread)
    assert MessageDraft.objects.get().body_text == "Written in a tunnel"
    assert not Message.objects.filter(kind=MessageKind.REPLY).exists()


def test_two_tabs_on_one_draft_lose_no_word(
    thread: Page, open_page: OpenPage, delivery: Conversation, admin: User
) -> None:
    other = open_page(admin, f"/conversations/{delivery.display_id}")
    write(thread, "From the first tab.")
    saved(thread)

    write(other, "From the second tab.")

    expect(other.locator(".compose-saved")).to_have_text("Saved")
    assert "From the first tab." in words(other)
    assert "From the second tab." in words(other)
    assert "From the first tab." in MessageDraft.objects.get().body_text


def test_undo_puts_words_kind_recipients_and_files_back(thread: Page) -> None:
    thread.set_input_files("#composer [name=files]", files=[_file("plan.txt")])
    expect(thread.locator(".upload [name=attachments]")).to_have_count(1)
    thread.locator("[data-recipients]").click()
    thread.keyboard.type("bob@x.example,")
    write(thread, "On its way.")
    thread.keyboard.press("Control+Enter")
    expect(thread.locator("#composer [name=body]")).to_have_value("")
    expect(thread.locator("#timeline .msg").last).to_contain_text("On its way.")

    thread.locator(".toast").get_by_role("button", name="Undo").click()

    expect(thread.locator("#composer [name=body]")).to_have_value("On its way.")
    expect(thread.locator("#composer .upload")).to_contain_text("plan.txt")
    expect(thread.locator(".addr")).to_have_text("bob@x.example")
    expect(thread.locator("#composer hd-editor :focus")).to_have_count(1)
    saved(thread)
    assert not EmailMessage.objects.exists()


def test_failed_reply_is_written_anew_with_its_marks_and_recipients(
    thread: Page, delivery: Conversation, admin: User
) -> None:
    failed = make_message(
        delivery,
        kind=MessageKind.REPLY,
        agent=agent_of(admin),
        body_text="Very sure",
        body_html="<p>Very <b>sure</b></p>",
    )
    Message.objects.filter(id=failed.id).update(delivery_state=DeliveryState.FAILED, cc=["bob@x.example"])
    thread.reload()
    thread.locator("#composer[data-ready]").wait_for()

    thread.locator(f"[data-again='{failed.id}']").click()

    expect(thread.locator("#composer [name=body]")).to_have_value("Very sure")
    expect(thread.locator(".addr")).to_have_text("bob@x.example")
    expect(thread.locator("#composer .editor-body strong")).to_have_text("sure")


def test_reply_to_one_message_quotes_it(thread: Page, delivery: Conversation) -> None:
    message = delivery.messages.earliest("created_at")
    thread.locator("#composer .editor").click()
    thread.locator("#composer .editor-body").wait_for()

    thread.locator(f"#message-{message.id}").hover()
    thread.locator(f"#message-{message.id} .msg-more").click()
    thread.locator("#message-menu").get_by_text("Reply to this").click()
    expect(thread.locator("#composer .editor-body blockquote")).to_have_text(message.body_text)
    expect(thread.locator("#composer .editor-body")).to_be_focused()
    thread.keyboard.type("Thanks")

    expect(thread.locator("#composer .editor-body > p")).to_have_text("Thanks")
    expect(thread.locator("#composer .editor-body blockquote")).to_have_text(message.body_text)


def test_reply_stops_where_somebody_wrote_meanwhile(
    thread: Page, delivery: Conversation, customer_writes: CustomerWrites
) -> None:
    write(thread, "It will come on Monday.")
    customer_writes(delivery, "Never mind, I found it.")
    expect(thread.locator("#timeline")).to_contain_text("Never mind")

    thread.keyboard.press("Control+Enter")
    dialog = thread.get_by_role("dialog", name="Something new was written since you began")
    expect(dialog).to_contain_text("Never mind, I found it.")
    dialog.get_by_role("button", name="Look first").click()
    expect(dialog).to_be_hidden()
    assert words(thread) == "It will come on Monday."

    thread.locator("#composer [name=body]").press("Control+Enter")
    thread.get_by_role("button", name="Send anyway").or_(thread.locator("#timeline .msg.out")).first.wait_for()
    if thread.get_by_role("button", name="Send anyway").is_visible():
        thread.get_by_role("button", name="Send anyway").click()
    expect(thread.locator("#timeline .msg.out")).to_contain_text("It will come on Monday.")


@pytest.mark.parametrize("is_phone", [False, True])
def test_note_is_never_mailed(thread: Page, is_phone: bool) -> None:
    if is_phone:
        thread.set_viewport_size(PHONE)
    thread.locator("#composer .mode-note").click()
    expect(thread.locator("#composer").get_by_role("button", name="Send", exact=True)).to_be_hidden()
    thread.keyboard.type("Between us")

    thread.locator("#composer").get_by_role("button", name="Add note").click()

    expect(thread.locator("#timeline .msg.note")).to_contain_text("Between us")
    assert Message.objects.get(body_text="Between us").kind == MessageKind.NOTE
    assert not EmailMessage.objects.exists()


def test_upload_shows_how_far_it_is_can_be_left_and_tried_again(thread: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:  # Playwright marks the function it is given, which a bound method refuses
        held.append(route)

    thread.route("**/api/v1/attachments", hold)
    thread.set_input_files("#composer [name=files]", files=[_file("big.txt")])
    tile = thread.locator("#composer .upload")
    expect(tile.locator("progress")).to_be_visible()
    tile.get_by_role("button", name="Remove").click()
    expect(tile).to_have_count(0)

    thread.set_input_files("#composer [name=files]", files=[_file("plan.txt")])
    thread.wait_for_timeout(300)
    held[-1].abort()
    expect(tile).to_contain_text("Not uploaded")
    thread.unroute("**/api/v1/attachments")
    tile.get_by_role("button", name="Retry").click()

    expect(tile.locator("[name=attachments]")).to_have_count(1)


def test_file_that_is_refused_says_why(thread: Page) -> None:
    thread.set_input_files("#composer [name=files]", files=[_file("empty.txt", b"")])

    expect(thread.locator("#composer .upload")).to_contain_text("This file is empty.")


def test_forward_goes_to_those_named(thread: Page) -> None:
    thread.locator("#composer .mode-forward").click()
    expect(thread.locator("#to-entry")).to_be_focused()
    thread.keyboard.type("maker@drills.example,")
    thread.locator("#composer [name=body]").fill("Can you mend it?")

    thread.locator("#composer [name=body]").press("Control+Enter")

    expect(thread.locator("#timeline .msg").last).to_contain_text("Can you mend it?")
    assert Message.objects.get(kind=MessageKind.REPLY).to == ["maker@drills.example"]


def test_send_and_resolve_tells_the_page(thread: Page, delivery: Conversation) -> None:
    thread.evaluate("document.body.addEventListener('hd:resolved', event => { window.resolved = event.detail })")
    write(thread, "All done.")

    thread.keyboard.press("Control+Shift+Enter")

    expect(thread.locator("#timeline .msg.out").or_(thread.locator(".toast"))).not_to_have_count(0)
    thread.wait_for_timeout(500)
    assert thread.evaluate("window.resolved.conversation_id") == str(delivery.id)


def test_first_message_is_written_on_a_page_of_its_own_and_taken_back(
    open_page: OpenPage, delivery: Conversation, admin: User
) -> None:
    page = open_page(admin, "/conversations/new")
    page.locator("#to-entry").fill("ada@x.example")
    page.get_by_label("Subject").fill("Your order")
    page.locator("[name=body]").fill("It is ready.")

    page.locator("[name=body]").press("Control+Enter")

    expect(page.locator("#timeline .msg.out")).to_contain_text("It is ready.")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page).to_have_url(re.compile("/conversations/new$"))
    expect(page.locator("[name=body]")).to_have_value("It is ready.")
    expect(page.get_by_label("Subject")).to_have_value("Your order")
    assert not EmailMessage.objects.exists()


def test_first_message_is_kept_on_the_server(open_page: OpenPage, delivery: Conversation, admin: User) -> None:
    page = open_page(admin, "/conversations/new")
    page.locator("#to-entry").fill("ada@x.example")
    page.get_by_label("Subject").fill("Your order")
    page.locator("[name=body]").fill("It is ready.")
    expect(page.locator(".compose-saved")).to_have_text("Saved")

    other = open_page(admin, "/conversations/new")

    expect(other.locator("[name=body]")).to_have_value("It is ready.")
    expect(other.get_by_label("Subject")).to_have_value("Your order")
    expect(other.locator("[name=to]")).to_have_value("ada@x.example")


def _file(name: str, content: bytes = b"words " * 100) -> FilePayload:
    return FilePayload(name=name, mimeType="text/plain", buffer=content)
