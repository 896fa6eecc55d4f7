"""What opens at the caret: people, emoji, macros, articles."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from conversations.models import Conversation, Macro, Message
from tests.factories import agent_of, make_team
from tests.frontend.editor.conftest import Writer


@pytest.fixture
def macro(conversations: list[Conversation], admin: User) -> Macro:
    """A reply that names the customer, a tag and a status."""
    actions = [
        {"type": "reply", "text": "Dear {{contact.first_name}},\n\nWe are sorry."},
        {"type": "add_tags", "tags": ["returns"]},
        {"type": "priority", "priority": "high"},
    ]
    return Macro.objects.create(name="Say sorry", owner=agent_of(admin), visibility="account", actions=actions)


def test_agent_is_mentioned_in_a_note_and_the_form_says_whom(writer: Writer) -> None:
    writer.choose_note()
    writer.type("Ask @lea")
    expect(writer.options).to_have_text(["LALeader Of Acmeleader@acme.example"])
    expect(writer.box).to_have_attribute("aria-activedescendant", writer.options.first.get_attribute("id") or "")

    writer.press("Enter")
    writer.type("please")

    assert writer.text == "Ask @Leader Of Acme please"
    assert writer.html == "<p>Ask <span>@Leader Of Acme</span> please</p>"
    expect(writer.page.locator("#composer [name=mentions]")).to_have_count(1)


def test_team_is_mentioned_by_tab(writer: Writer) -> None:
    team = make_team("Returns desk")
    writer.page.reload()
    expect(writer.box).to_be_visible()
    writer.choose_note()
    writer.type("@desk")
    expect(writer.options).to_have_count(1)

    writer.press("Tab")

    expect(writer.page.locator("#composer [name=mentions]")).to_have_value(str(team.id))
    expect(writer.box).to_be_focused()


def test_mention_in_a_reply_is_a_plain_name(writer: Writer) -> None:
    writer.type("@Leader")
    expect(writer.options).to_have_count(1)
    writer.press("Enter")
    writer.type("helps you.")

    assert writer.html == "<p>Leader Of Acme helps you.</p>"
    expect(writer.page.locator("#composer [name=mentions]")).to_have_count(0)
    writer.choose_note()
    assert "@Leader Of Acme" in writer.html


def test_esc_closes_the_menu_alone_and_address_opens_none(writer: Writer) -> None:
    writer.type("@Lea")
    expect(writer.options).to_have_count(1)
    writer.press("Escape")
    expect(writer.options).to_have_count(0)
    expect(writer.box).to_be_focused()

    writer.type(" me@lea")
    writer.page.wait_for_timeout(300)

    expect(writer.options).to_have_count(0)


def test_emoji_by_its_name(writer: Writer) -> None:
    writer.type("Well done :tada")
    expect(writer.options.first).to_contain_text("🎉")

    writer.press("Enter")

    assert writer.text == "Well done 🎉"


def test_emoji_from_the_picker_by_keyboard(writer: Writer) -> None:
    writer.type("Hi ")
    writer.tool("Emoji").click()
    picker = writer.page.get_by_role("dialog", name="Emoji")
    expect(picker.get_by_role("searchbox")).to_be_focused()
    assert picker.get_by_role("option").count() > 1000

    writer.type("party popper", "ArrowDown", "Enter")

    assert writer.text == "Hi 🎉"
    expect(picker).to_be_hidden()
    expect(writer.box).to_be_focused()


def test_variable_goes_in_as_its_value(writer: Writer) -> None:
    writer.type("Dear #first")
    expect(writer.options).to_have_text(["{}Marja{{contact.first_name}}"])

    writer.press("Enter")

    assert writer.text == "Dear Marja"


def test_macro_writes_its_reply_and_asks_before_it_changes_more(
    writer: Writer, macro: Macro, conversations: list[Conversation]
) -> None:
    writer.type("#sorry")
    expect(writer.options).to_have_count(1)
    writer.press("Enter")
    line = writer.host.get_by_role("group", name="Macro")
    expect(line).to_contain_text("Add returns · Priority high")
    assert writer.text.startswith("Dear Marja,")
    conversations[0].refresh_from_db()
    assert conversations[0].priority == "normal"

    line.get_by_role("button", name="Apply").click()

    expect(writer.page.locator("#toasts")).to_contain_text("Undo")
    conversations[0].refresh_from_db()
    assert conversations[0].priority == "high"
    assert [tag.name for tag in conversations[0].tags.all()] == ["returns"]
    assert writer.text.startswith("Dear Marja,")


def test_macro_whose_changes_are_skipped_is_undone_by_one_key(writer: Writer, macro: Macro) -> None:
    writer.type("Hello ")
    writer.page.wait_for_timeout(600)
    writer.type("#sorry")
    expect(writer.options).to_have_count(1)
    writer.press("Enter")
    writer.host.get_by_role("button", name="Skip").click()
    expect(writer.host.get_by_role("group", name="Macro")).to_be_hidden()

    writer.press("Control+z", "Control+z")

    assert "sorry" not in writer.text.replace("#sorry", "")


def test_article_goes_in_as_a_link_with_a_few_lines(writer: Writer) -> None:
    writer.page.get_by_label("More formatting").click()
    writer.tool("Insert article").click()
    writer.type("returns")
    expect(writer.host.get_by_role("option", name="Returning goods")).to_be_visible()

    writer.press("Enter")

    assert '/help/returning-goods">Returning goods</a></p><p>Send it back within 30 days.</p>' in writer.html


def test_no_article_is_said_quietly(writer: Writer) -> None:
    writer.page.get_by_label("More formatting").click()
    writer.tool("Insert article").click()
    writer.type("nothing")

    expect(writer.host.get_by_text("No articles yet")).to_be_visible()
    writer.press("Escape")
    expect(writer.box).to_be_focused()


def test_note_that_is_sent_tells_whom_it_mentions(writer: Writer, conversations: list[Conversation]) -> None:
    writer.choose_note()
    writer.type("@Leader")
    expect(writer.options).to_have_count(1)
    writer.press("Enter")
    writer.type("**look**", "Control+Enter")
    expect(writer.page.locator("#timeline .msg.note")).to_contain_text("@Leader Of Acme")

    note = Message.objects.get(conversation=conversations[0], kind="note")

    assert "<strong>look</strong>" in note.body_html
    assert note.mentions.count() == 1
    assert writer.text == ""
