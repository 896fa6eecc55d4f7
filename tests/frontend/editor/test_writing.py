import re

import pytest
from playwright.sync_api import expect

from conversations.actions.message_body import draft_body
from tests.frontend.editor.conftest import Writer

WORD_LIST = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p{margin:0}</style></head><body>
<!--StartFragment--><p class=MsoNormal style='margin:0cm'>Bring:<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span></span><![endif]>A
receipt</p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o </span>or a
photo</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>· </span>The box</p>
<p class=MsoNormal><b><span style='color:red'>Soon</span></b></p><!--EndFragment--></body></html>"""
NUMBERED = """<p style="mso-list:l1 level1 lfo2"><span style="mso-list:Ignore">1. </span>First</p>
<p style="mso-list:l1 level1 lfo2"><span style="mso-list:Ignore">2. </span>Second</p>"""
GMAIL = """<meta charset="utf-8"><div dir="ltr" class="gmail_default" style="font-family:arial" onclick="x()">See
<a href="https://shop.example/a?b=1" style="color:blue" class="x">the page</a> and
<span style="font-weight:700">this</span><font color="red"> too</font>.<br><img src="https://t.example/o.gif" width="1"
height="1"><script>alert(1)</script></div>"""
PICTURE_ID = "00000000-0000-0000-0000-000000000001"
GOOGLE_DOC = """<b style="font-weight:normal" id="docs-internal-guid-1"><p dir="ltr"><span
style="font-style:italic">slanted</span><span style="font-weight:400"> plain</span></p></b>"""


def test_marks_by_keys_and_signs_reach_the_form(writer: Writer) -> None:
    writer.type("Hello ", "Control+b")
    writer.type("bold", "Control+b")
    writer.type(" ", "Control+i")
    writer.type("slanted", "Control+i")
    writer.type(" ", "Control+u")
    writer.type("under", "Control+u")

    assert writer.html == "<p>Hello <strong>bold</strong> <em>slanted</em> <u>under</u></p>"
    assert writer.text == "Hello bold slanted under"


def test_lists_and_quotes_by_what_is_typed(writer: Writer) -> None:
    writer.type("- one", "Enter")
    writer.type("two", "Enter", "Enter")
    writer.type("> said", "Enter", "Enter")
    writer.type("1. first")

    assert writer.html == (
        "<ul><li><p>one</p></li><li><p>two</p></li></ul><blockquote><p>said</p></blockquote><ol><li><p>first</p></li></ol>"
    )


def test_toolbar_is_one_stop_and_shows_what_is_on(writer: Writer) -> None:
    writer.tool("Bold").click()
    writer.type("x")

    assert writer.html == "<p><strong>x</strong></p>"
    expect(writer.tool("Bold")).to_have_attribute("aria-pressed", "true")
    expect(writer.box).to_be_focused()
    writer.tool("Bold").focus()
    writer.press("ArrowRight", "Enter")
    writer.type("y")
    assert (
        writer.html
        == "<p><strong>x</strong><em><strong>y</strong></em></p>".replace(
            "<em><strong>y</strong></em>", "<strong><em>y</em></strong>"
        )
        or "<em>" in writer.html
    )
    assert writer.page.locator("[data-editor-tools] [tabindex='0']").count() == 1


def test_more_formatting_is_in_a_menu(writer: Writer) -> None:
    writer.type("gone")
    writer.press("Control+a")
    writer.page.get_by_label("More formatting").click()
    writer.tool("Strike").click()

    assert writer.html == "<p><s>gone</s></p>"
    expect(writer.tool("Strike")).to_be_hidden()


def test_link_is_asked_for_in_the_page_and_taken_away_again(writer: Writer) -> None:
    writer.type("our shop", "Control+a")
    writer.page.get_by_label("More formatting").click()
    writer.tool("Link").click()
    writer.type("shop.example", "Enter")

    assert writer.html == '<p><a href="https://shop.example">our shop</a></p>'
    expect(writer.box).to_be_focused()
    writer.page.get_by_label("More formatting").click()
    writer.tool("Link").click()
    writer.host.get_by_role("button", name="Remove").click()
    assert writer.html == "<p>our shop</p>"


def test_undo_and_redo_by_keys(writer: Writer) -> None:
    writer.type("kept")
    writer.page.wait_for_timeout(600)
    writer.type(" gone", "Control+z")
    assert writer.text == "kept"

    writer.press("Control+Shift+z")

    assert writer.text == "kept gone"


def test_keys_of_the_page_are_silent_while_typing(writer: Writer) -> None:
    url = writer.page.url

    writer.type("j k r e ?")

    assert writer.text == "j k r e ?"
    assert writer.page.url == url
    expect(writer.page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        (
            WORD_LIST,
            "<p>Bring:</p><ul><li><p>A receipt</p><ul><li><p>or a photo</p></li></ul></li><li><p>The box</p></li></ul>"
            "<p><strong>Soon</strong></p>",
        ),
        (NUMBERED, "<ol><li><p>First</p></li><li><p>Second</p></li></ol>"),
        (
            GMAIL,
            '<p>See <a href="https://shop.example/a?b=1">the page</a> and <strong>this</strong> too.</p>',
        ),
        (GOOGLE_DOC, "<p><em>slanted</em> plain</p>"),
        ("<h2>Title</h2><p>a</p>", "<p><strong>Title</strong></p><p>a</p>"),
        ("<table><tr><td>Size</td><td>M</td></tr></table>", "<p>Size | M</p>"),
        ('<p>x<img src="https://ads.example/big.png" alt="y"></p>', "<p>x</p>"),
        ('<p>x<img src="/\\ads.example/big.png" alt="y"></p>', "<p>x</p>"),
        ('<a href="javascript:alert(1)">no</a>', "<p>no</p>"),
    ],
    ids=["Word", "Word numbers", "Gmail", "Google Docs", "heading", "table", "picture", "disguised picture", "script"],
)
def test_what_is_pasted_is_cleaned(writer: Writer, pasted: str, kept: str) -> None:
    writer.paste(pasted)

    assert re.sub(r"\s+", " ", writer.html) == kept


def test_pasting_with_shift_takes_the_words_alone(writer: Writer) -> None:
    writer.page.keyboard.down("Shift")
    writer.box.dispatch_event("keydown", {"key": "V", "shiftKey": True, "ctrlKey": True, "keyCode": 86})
    writer.paste("<p><b>bold</b></p>", "bold")
    writer.page.keyboard.up("Shift")

    assert writer.html == "<p>bold</p>"


def test_html_comes_back_from_the_server_as_it_left(writer: Writer) -> None:
    writer.choose_note()
    writer.type("- one", "Enter")
    writer.type("two", "Enter", "Enter")
    writer.type("**strong** and `code`", "Enter", "Enter")
    writer.type("> quoted", "Enter", "Enter")
    writer.type("@Leader")
    expect(writer.options).to_have_count(1)
    writer.press("Enter")
    expect(writer.box.locator(".mention")).to_have_count(1)
    writer.host.evaluate(
        "host => host.insertImage({ src: '/mark.svg', id: '00000000-0000-0000-0000-000000000001', alt: 'a' })"
    )
    left = writer.html
    kept = draft_body(html=left).html

    writer.host.evaluate("(host, html) => host.setContent(html)", kept)

    assert writer.html == left
    assert f'src="cid:{PICTURE_ID}"' in left
    expect(writer.box.locator(".mention[data-mention]:not([data-mention=''])")).to_have_count(1)
    expect(writer.page.locator("#composer [name=mentions]")).to_have_count(1)


def test_field_without_the_editor_is_taken_over_with_its_words(writer: Writer) -> None:
    writer.host.evaluate("host => host.setContent('One\\n\\nTwo')")
    assert writer.html == "<p>One</p><p><br></p><p>Two</p>"

    writer.page.locator("#composer textarea").evaluate(
        "field => { field.value = 'Three'; field.dispatchEvent(new Event('input', { bubbles: true })) }"
    )

    assert writer.html == "<p>Three</p>"
    writer.page.locator("#composer textarea").evaluate("field => field.focus()")
    expect(writer.box).to_be_focused()


def test_moving_the_editor_keeps_it_and_removing_it_ends_it(writer: Writer) -> None:
    writer.type("still here")

    writer.host.evaluate("host => { const place = host.parentNode; host.remove(); place.append(host) }")
    assert writer.host.evaluate("host => host.editor.getText()") == "still here"

    assert writer.host.evaluate(
        "async host => { host.remove(); await Promise.resolve(); return host.editor === undefined }"
    )


def test_files_that_are_dropped_are_told_to_the_form(writer: Writer) -> None:
    names = writer.box.evaluate(
        """box => new Promise(done => {
            const names = event => done(event.detail.files.map(file => file.name))
            document.addEventListener('hd:files', names, { once: true })
            const data = new DataTransfer()
            data.items.add(new File(['x'], 'photo.png', { type: 'image/png' }))
            box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
        })"""
    )

    assert names == ["photo.png"]


def test_phone_has_all_tools_within_a_thumb(writer: Writer) -> None:
    writer.page.set_viewport_size({"width": 390, "height": 844})
    writer.page.get_by_label("More formatting").click()
    writer.tool("Bold").click()
    writer.type("x")

    assert writer.html == "<p><strong>x</strong></p>"
    sizes = writer.page.locator("[data-editor-tools] > :is(.btn, label, details > summary)").evaluate_all(
        "tools => tools.filter(tool => tool.checkVisibility()).map(tool => tool.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 44
    assert not writer.page.evaluate("document.documentElement.scrollWidth > innerWidth")
