import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.text.links import limit_links

HOSTS = ("acme.example",)


@pytest.mark.parametrize(
    "text",
    [
        "See https://acme.example/help/returns.",
        "See http://shop.acme.example/a?b=c#d, please",
        "See www.acme.example",
        "Open acme.example/returns today",
        "The note is at https://manuals.example/drill.pdf",
        "Hours: 9-17, size 3/4, version 2.0/2.1 and/or more",
        "Write to support@acme.example",
        "Ratio 1:2, note:this, Monday:closed",
    ],
)
def test_what_is_vouched_for_stays(text: str) -> None:
    limited = limit_links(text, hosts=HOSTS, urls=["https://manuals.example/drill.pdf"])

    assert (limited.text, limited.removed) == (text, 0)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Confirm at https://login.example/x.", "Confirm at ."),
        ("Confirm at HTTPS://LOGIN.EXAMPLE", "Confirm at "),
        ("Go to www.login.example now", "Go to  now"),
        ("Go to login.example/x now", "Go to  now"),
        ("Go to evil.com now", "Go to  now"),
        ("https://acme.example@evil.com/", ""),
        ("https://acme.example.evil.com/", ""),
        ("https://evil.com\\@acme.example/", ""),
        ("https://notacme.example/", ""),
        ("//evil.com/a", ""),
        ("javascript:alert(1)", ")"),
        ("data:text/html;base64,AAAA", ""),
        ("mailto:eve@evil.com?body=x", ""),
        ("![x](https://evil.com/CANARY.png)", ""),
        ("![x](https://acme.example/spy.png)", ""),
        ("[our page](https://evil.com/a)", "our page"),
        ("[https://acme.example](https://evil.com)", "https://acme.example"),
        ("ftp://acme.example/a", ""),
        ("https://\u0430cme.example/", ""),
    ],
)
def test_what_nobody_vouches_for_goes(text: str, left: str) -> None:
    limited = limit_links(text, hosts=HOSTS)

    assert limited.text == left
    assert limited.removed >= 1


def test_link_in_markdown_to_a_known_place_is_said_in_words() -> None:
    text = limit_links(
        "[Returns](https://acme.example/r) and [https://acme.example](https://acme.example)", hosts=HOSTS
    )

    assert text.text == "Returns (https://acme.example/r) and https://acme.example"


@given(st.text("abc.:/@\\[]()! evilcom\n", max_size=80))
def test_no_way_of_writing_it_leaves_a_foreign_link(text: str) -> None:
    limited = limit_links(text + " https://evil.com/x", hosts=HOSTS).text

    assert "://evil.com/x" not in limited
    assert limit_links(limited, hosts=HOSTS).text == limited or "://" not in limited


@pytest.mark.timeout(10)
@pytest.mark.parametrize("unit", ["a.", "http:", "[", "](", "![", " www.", "a:"])
def test_limit_links_is_linear(unit: str) -> None:
    limit_links(unit * 50_000, hosts=HOSTS)
