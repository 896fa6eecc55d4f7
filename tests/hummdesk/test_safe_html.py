import html
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hummdesk.safe_html import count_remote_images, resolve_images, sanitise_html

_TAG = re.compile(r'<([a-z0-9]+)((?: [a-z]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_TAGS = {
    "a",
    "b",
    "blockquote",
    "br",
    "div",
    "em",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "table",
    "tbody",
    "td",
    "ul",
}
_NAMES = {"href", "target", "rel", "src", "alt", "title", "width", "height", "start", "dir", "lang", "colspan"}


def problems_of(page: str) -> list[str]:
    """Return every tag, attribute and address in sanitised HTML that a page must not hold."""
    found = [match[1] for match in re.finditer(r"<([^ /!>]*)", page) if not re.fullmatch("[a-z0-9]*", match[1])]
    for tag in _TAG.finditer(page):
        for name, value in _ATTRIBUTE.findall(tag[2]):
            address = html.unescape(value).strip().lower()
            if name not in _NAMES | {"rowspan", "align", "valign"}:
                found.append(f"{tag[1]} {name}")
            if name == "href" and not address.startswith(("http://", "https://", "mailto:")):
                found.append(f"href {address}")
            if name == "src" and not address.startswith(("cid:", "remote:")):
                found.append(f"src {address}")
    forbidden = (
        "script",
        "style",
        "svg",
        "math",
        "form",
        "input",
        "iframe",
        "object",
        "embed",
        "link",
        "meta",
        "base",
    )
    return found + [tag for tag in forbidden if f"<{tag}" in page.lower()]


@pytest.mark.parametrize(
    ("source", "clean"),
    [
        ("<p style='color:red' class=a id=b onclick=x()>Hi</p>", "<p>Hi</p>"),
        ("<p hx-get=/x data-hx-get=/x hx-on:click=x>Hi</p>", "<p>Hi</p>"),
        ("<script>x()</script><style>p{}</style><svg><script>x</script></svg>Hi", "Hi"),
        ("<form action=/x><input name=a><button>Go</button></form>", "Go"),
        ("<iframe src=//x></iframe><object data=x>y</object>Hi", "Hi"),
        ('<a href="javascript:x()">a</a>', '<a target="_blank" rel="noopener noreferrer nofollow">a</a>'),
        ('<a href="/settings/delete">a</a>', '<a target="_blank" rel="noopener noreferrer nofollow">a</a>'),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        (
            "<table>a<tr>b<td>c</table>",
            "<table><tbody><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></tbody></table>",
        ),
        ("<b><i>a</b>b</i>", "<b><i>a</i></b>b"),
        ("a < b", "a &lt; b"),
        ('<img src="data:image/png;base64,xx" alt="A">', '<img alt="A">'),
        ('<img src="https://x.example/p" width=1 height=1>', ""),
        ("<div style='display:none'>preview text</div>Hi", "Hi"),
    ],
)
def test_sanitise_html_keeps_text_and_drops_what_acts(source: str, clean: str) -> None:
    assert sanitise_html(source) == clean


def test_sanitise_html_guards_links() -> None:
    page = sanitise_html('<a href="https://x.example/?a=1&b=2" target=_self rel=opener>a</a>')

    assert page == (
        '<a href="https://x.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer nofollow">a</a>'
    )


@given(st.text(st.sampled_from("<>/\"'= abdimgsrcpt!-&;#x\n\x00"), max_size=120))
def test_sanitise_html_leaves_nothing_that_acts(source: str) -> None:
    assert problems_of(sanitise_html(source)) == []


def test_sanitise_html_is_stable() -> None:
    once = sanitise_html('<p>a<img src="cid:x@y"><a href="https://x.example">b</a><ul><li>c')

    assert sanitise_html(once) == once


IMAGES = (
    '<img src="cid:logo@x" alt="Logo"><img src="https://x.example/a.png?b=1&c=2"><img srcset="https://x.example/b">'
)


def test_no_image_loads_before_it_is_resolved() -> None:
    page = sanitise_html(IMAGES + "<table background=https://x.example/c><tr><td>d</table>")

    assert count_remote_images(page) == 1
    assert re.findall(r' src="([a-z]+):', page) == ["cid", "remote"]
    assert "https://" not in page


def test_resolve_images_asks_for_each_source() -> None:
    asked: list[str] = []

    def image_url(source: str) -> str | None:
        asked.append(source)
        return "/files/1?x=1&y=2" if source.startswith("cid:") else None

    page = resolve_images(sanitise_html(IMAGES), image_url)

    assert asked == ["cid:logo@x", "https://x.example/a.png?b=1&c=2"]
    assert page == '<img alt="Logo" src="/files/1?x=1&amp;y=2"><img><img>'


def test_images_without_an_address_show_their_alternative_texts() -> None:
    page = sanitise_html('<p>a</p><img alt="x > y" src="http://t.example"><img src="cid:1@x" title=b>')

    assert resolve_images(page, lambda _source: None) == '<p>a</p><img alt="x &gt; y"><img title="b">'


def test_resolve_images_does_not_touch_text_that_looks_like_an_image() -> None:
    page = sanitise_html('&lt;img src="remote:x"&gt;')

    assert resolve_images(page, lambda source: "https://bad.example") == page
    assert count_remote_images(page) == 0


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 100_000,
        "<table>" + "<tr>a<b>" * 60_000,
        "<p><b a=1></p>" * 60_000,
        "<table>" + "a<b>c</b>" * 60_000,
        "&" * 900_000,
        "<a " * 300_000,
    ],
)
def test_sanitise_html_is_bounded(source: str) -> None:
    page = sanitise_html(source)

    assert page.count("<div>") <= 100


@pytest.mark.shared
def test_known_attacks_leave_nothing_that_acts(shared_dir: Path) -> None:
    attacks = json.loads((shared_dir / "attacks" / "html_xss.json").read_text())

    results = {attack["payload"]: problems_of(sanitise_html(attack["payload"])) for attack in attacks}

    assert len(results) > 200
    assert {payload: found for payload, found in results.items() if found} == {}
