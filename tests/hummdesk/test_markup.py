import pytest
from hypothesis import given
from hypothesis import strategies as st

from hummdesk.markup import text_to_html

LINK = '<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>'


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("One\ntwo\n\nThree", "<p>One<br>\ntwo</p>\n<p>Three</p>"),
        ("a\r\n\r\n\r\n \r\nb", "<p>a</p>\n<p>b</p>"),
        ('<b> & "c"', "<p>&lt;b&gt; &amp; &quot;c&quot;</p>"),
        ("See https://x.example/a.", "<p>See " + LINK.format("https://x.example/a") + ".</p>"),
        ("(http://x.example/a_(b))", "<p>(" + LINK.format("http://x.example/a_(b)") + ")</p>"),
        ("https://x.example/?a=1&b=2", "<p>" + LINK.format("https://x.example/?a=1&amp;b=2") + "</p>"),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        ("", ""),
    ],
)
def test_text_to_html_makes_paragraphs_and_links(text: str, page: str) -> None:
    assert text_to_html(text) == page


@given(st.text(st.sampled_from("<>\"'& https://x.a\n"), max_size=80))
def test_text_to_html_writes_no_tag_but_its_own(text: str) -> None:
    page = text_to_html(text)

    for tag in ("<p>", "</p>", "<br>", "</a>"):
        page = page.replace(tag, "")
    assert "<" not in page.replace('<a href="', "")
