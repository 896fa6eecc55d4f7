"""What the assistant suggests: ghost text on "/", and drafts."""

import pytest
from playwright.sync_api import Locator, expect

from tests.frontend.editor.conftest import Writer
from tests.servers.assistant_urls import FIRST, SECOND

SHOW = """(host, id) => host.dispatchEvent(new CustomEvent('hd:draft', { bubbles: true, detail: {
    html: '<p>We send a <strong>new one</strong>.</p>', draft_id: id, confidence: 0.9,
    citations: [
        { title: 'Returning goods', url: '/help/returning-goods', quote: 'within 30 days' },
        { title: 'Nowhere', url: 'javascript:alert(1)' }, { title: 'Nothing', url: 'http://[' },
    ],
} }))"""


def listed(writer: Writer) -> Locator:
    return writer.host.locator(".editor-options [role=option]")


def test_ghost_grows_and_tab_takes_it(writer: Writer) -> None:
    writer.type("/")
    expect(writer.ghost).to_have_text(FIRST)
    expect(writer.ghost).to_have_attribute("aria-hidden", "true")
    expect(listed(writer)).to_have_text([FIRST, SECOND])
    expect(writer.host.locator("[data-part=spoken]")).to_have_text(FIRST)

    writer.press("Tab")

    assert writer.text == FIRST
    expect(writer.ghost).to_have_count(0)
    expect(writer.host.locator(".editor-hint")).to_be_hidden()
    expect(writer.box).to_be_focused()
    expect(writer.host).to_have_attribute("data-outcome", "accepted")


def test_arrows_change_what_is_offered(writer: Writer) -> None:
    writer.type("/")
    expect(listed(writer)).to_have_text([FIRST, SECOND])

    writer.press("ArrowDown")

    expect(writer.ghost).to_have_text(SECOND)
    expect(writer.box).to_have_attribute("aria-activedescendant", listed(writer).nth(1).get_attribute("id") or "")
    writer.press("Enter")
    assert writer.text == SECOND


def test_undo_brings_the_slash_back(writer: Writer) -> None:
    writer.type("/")
    expect(writer.ghost).to_have_text(FIRST)
    writer.press("Tab", "Control+z")

    assert writer.text == "/"
    expect(writer.ghost).to_have_count(0)


def test_what_is_typed_after_the_slash_begins_the_suggestion(writer: Writer) -> None:
    writer.type("Dear Ada, /than")
    expect(writer.ghost).to_have_text("ks for your patience.")

    writer.press("Enter")

    assert writer.text == "Dear Ada, Thanks for your patience."


def test_esc_rejects_and_it_stays_rejected(writer: Writer) -> None:
    writer.type("/")
    expect(writer.ghost).to_have_text(FIRST)

    writer.press("Escape")

    assert writer.text == "/"
    expect(writer.ghost).to_have_count(0)
    expect(writer.host).to_have_attribute("data-outcome", "rejected")
    writer.type("th")
    writer.page.wait_for_timeout(400)
    expect(writer.ghost).to_have_count(0)
    expect(writer.box).to_be_focused()


def test_typing_on_drops_what_was_offered(writer: Writer) -> None:
    writer.type("/")
    expect(writer.ghost).to_have_text(FIRST)

    writer.type(" and so on")

    expect(writer.ghost).to_have_count(0)
    assert writer.text == "/ and so on"


def test_answer_that_comes_too_late_is_dropped(writer: Writer) -> None:
    writer.type("slowly /")
    writer.page.wait_for_timeout(250)
    writer.press("Enter")
    writer.page.wait_for_timeout(900)

    assert writer.html.startswith("<p>slowly /</p>")
    expect(writer.ghost).to_have_count(0)
    expect(writer.host.locator(".editor-hint")).to_be_hidden()


def test_words_and_addresses_open_nothing(writer: Writer) -> None:
    before = len(writer.questions())

    writer.type("see http://a.b/c and 1/2 or and/or")
    writer.page.wait_for_timeout(400)

    expect(writer.ghost).to_have_count(0)
    assert len(writer.questions()) == before


def test_answer_without_a_stream_works_alike(writer: Writer) -> None:
    writer.type("whole /")
    expect(writer.ghost).to_have_text(FIRST)

    writer.press("Tab")

    assert writer.text == f"whole {FIRST}"


def test_question_has_what_stands_before_and_after(writer: Writer) -> None:
    writer.type("End.")
    writer.put_caret_at_start()
    writer.type("Hi /")
    expect(writer.ghost).to_have_text(FIRST)

    asked = writer.questions()[-1]

    assert (asked["text_before"], asked["text_after"]) == ("Hi ", "End.")
    assert asked["conversation_id"] == writer.host.get_attribute("data-conversation-id")


def test_without_a_provider_a_quiet_line_says_so_and_keys_stay_free(writer: Writer) -> None:
    writer.type("nobody /")
    expect(writer.host.get_by_text("No suggestions right now")).to_be_visible()

    writer.press("Enter")
    writer.type("next")

    assert writer.text == "nobody /\nnext"


def test_button_asks_as_the_sign_does(writer: Writer) -> None:
    writer.type("Hello")
    writer.tool("Suggest how to go on").click()

    expect(writer.ghost).to_have_text(FIRST)


def test_phone_has_buttons_to_accept_and_dismiss(writer: Writer) -> None:
    writer.page.set_viewport_size({"width": 390, "height": 844})
    writer.type("/")
    expect(writer.ghost).to_have_text(FIRST)

    writer.host.get_by_role("button", name="Accept").click()

    assert writer.text == FIRST


def test_draft_is_shown_with_its_sources_and_rejected(writer: Writer) -> None:
    writer.type("Mine")
    writer.host.evaluate(SHOW, "d1")
    panel = writer.host.get_by_role("region", name="Draft by AI")
    expect(panel).to_contain_text("Sure")
    expect(panel.get_by_role("link")).to_have_text("Returning goods")
    expect(panel.get_by_role("listitem")).to_have_count(3)
    expect(writer.box).to_have_attribute("contenteditable", "false")

    panel.get_by_role("button", name="Reject").click()

    assert writer.text == "Mine"
    expect(panel).to_be_hidden()
    expect(writer.box).to_be_focused()
    writer.page.wait_for_timeout(100)
    assert writer.questions()[-1] == {"draft_id": "d1", "verb": "reject"}


def test_draft_is_sent_as_it_is(writer: Writer) -> None:
    writer.host.evaluate(SHOW, "d2")

    writer.host.get_by_role("button", name="Send draft").click()

    expect(writer.host.get_by_role("region", name="Draft by AI")).to_be_hidden()
    assert writer.text == ""
    sent = {"draft_id": "d2", "verb": "accept", "body_html": "<p>We send a <strong>new one</strong>.</p>"}
    assert writer.questions()[-1] == sent


def test_draft_that_is_edited_is_the_agents_own_and_names_the_draft(writer: Writer) -> None:
    writer.host.evaluate(SHOW, "d3")

    writer.host.get_by_role("button", name="Edit").click()
    writer.press("Control+End")
    writer.type(" Soon.")

    assert writer.text == "We send a new one. Soon."
    expect(writer.page.locator("#composer [name=draft_id]")).to_have_value("d3")


@pytest.mark.parametrize("draft_id", ["broken"])
def test_draft_that_cannot_be_sent_stays(writer: Writer, draft_id: str) -> None:
    writer.host.evaluate(SHOW, draft_id)

    writer.host.get_by_role("button", name="Send draft").click()

    expect(writer.host.get_by_text("Not sent. The draft is still here.")).to_be_visible()
    assert writer.text == "We send a new one."
