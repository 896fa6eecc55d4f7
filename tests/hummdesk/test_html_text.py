import pytest

from hummdesk.html_text import html_to_text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("One<br>Two<br><br>Three", "One\nTwo\n\nThree"),
        ("  a \n  b&nbsp;c  ", "a b c"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c"),
        ("<ol><li>a<li>b</ol>after", "1. a\n2. b\n\nafter"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
        ('<a href="https://x.example/a">here</a>', "here (https://x.example/a)"),
        ('<a href="https://x.example/">https://x.example</a>', "https://x.example"),
        ('<a href="javascript:alert(1)">here</a>', "here"),
        ("<blockquote>a<br>b</blockquote>c", "> a\n> b\n\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ('<img src=x alt="A cat"> sat', "[A cat] sat"),
        ("&lt;b&gt; &amp; &#228; &#99999999999;", "<b> & ä \ufffd"),
        ("<style>p{}</style><script>x()</script><title>t</title>a<!-- b -->c", "ac"),
        ("a<div style='display: none'>hidden<div>too</div></div>b", "ab"),
        ("<p hidden>a</p>b", "b"),
        ("a<div style='display:none'>never closed", "a\nnever closed"),
        ("a < b and c > d", "a < b and c > d"),
        ("", ""),
    ],
)
def test_html_to_text_reads_like_the_page(source: str, text: str) -> None:
    assert html_to_text(source) == text


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "source",
    ["<div>" * 100_000, "<a " * 200_000, "<!--" * 200_000, "<" * 300_000, '<a b="' * 100_000, "<ul><li>" * 60_000],
)
def test_html_to_text_is_linear(source: str) -> None:
    assert len(html_to_text(source)) <= 1_000_000
