import re

from accounts.branding import Branding
from email_channel.mail_html import mail_document
from hummdesk.safe_html import html_to_text, sanitise_html

PLAIN = Branding(name="Acme", language="fi")


def document(branding: Branding = PLAIN, **parts: str) -> str:
    return mail_document(**{"words": "<p>Hello</p>", "signature": "", "quoted": "", **parts}, branding=branding)


def test_the_look_is_on_the_elements_and_in_no_sheet() -> None:
    page = document(
        words='<p>See <a href="https://a.example/?a=1&amp;b=2">it</a></p>', quoted="<blockquote>x</blockquote>"
    )

    assert page.startswith("<!DOCTYPE html>")
    assert '<html lang="fi">' in page
    assert "<style" not in page
    assert re.search(r'<p style="margin: 0[^"]*">See <a href="https://a\.example/\?a=1&amp;b=2">it</a></p>', page)
    assert re.search(r'<blockquote style="[^"]*border-left', page)


def test_the_accounts_colour_and_logo_are_in_it() -> None:
    branding = Branding('A<b>&"', "en", logo_url='https://acme.example/l.png?a=1&b="x"', primary_color="#12ab9f")

    page = document(branding, words='<p><a href="https://a.example">it</a></p>')

    assert 'style="color: #12ab9f' in page
    assert 'src="https://acme.example/l.png?a=1&amp;b=&quot;x&quot;"' in page
    assert 'alt="A<b>&amp;&quot;"' in page


def test_the_signature_stands_between_the_words_and_the_quote() -> None:
    page = document(signature="<p>Ann, Acme</p>", quoted="<p>Before</p>")

    assert page.index("Hello") < page.index("Ann, Acme") < page.index("Before")
    assert 'class="signature"' not in document()


def test_it_is_the_same_each_time_and_loses_no_words() -> None:
    words = sanitise_html("<div><table><tr><td>1<td>2</table><p>ä &lt;3 <b>bold</b><ul><li>a<li>b</ul></div>")

    assert document(words=words) == document(words=words)
    assert html_to_text(document(words=words)).split() == html_to_text(words).split()


def test_the_deepest_and_longest_that_the_sanitiser_lets_through_is_no_trouble() -> None:
    deep = sanitise_html("<blockquote><div>" * 50_000 + "core")
    long = sanitise_html("<p>word <b>bold</b></p>" * 20_000)

    assert "core" in document(words=deep)
    assert len(document(words=long, quoted=long)) > 2 * len(long)


def test_no_address_is_called_and_no_file_opened() -> None:
    words = '<link rel="stylesheet" href="http://127.0.0.1:9/a.css"><link rel="stylesheet" href="/etc/passwd">'

    assert "Hello" in document(words=f"{words}<p>Hello</p>")
