import pytest

from email_channel.parsing.reply_html import split_reply_html
from hummdesk.safe_html import html_to_text, sanitise_html

OLD = "<p>Does it work?</p>"
ON = "On Thu, 14 Aug 2025 at 09:00, Help &lt;<a href='mailto:h@x.example'>h@x.example</a>&gt; wrote:"
OUTLOOK = "<b>From:</b> Help<br><b>Sent:</b> Thursday<br><b>To:</b> Ann<br><b>Subject:</b> Lamp"


def visible(source: str) -> str:
    return html_to_text(sanitise_html(split_reply_html(source).visible))


@pytest.mark.parametrize(
    "quote",
    [
        f'<div class="gmail_quote"><div class="gmail_attr">{ON}<br></div><blockquote>{OLD}</blockquote></div>',
        f'<div class="moz-cite-prefix">{ON}</div><blockquote type="cite">{OLD}</blockquote>',
        f'<div><blockquote type="cite"><div>{ON}</div>{OLD}</blockquote></div>',
        f'<div>{ON}</div><br><blockquote type="cite">{OLD}</blockquote>',
        f'<hr style="width:98%"><div id="divRplyFwdMsg">{OUTLOOK}</div>{OLD}',
        f'<div id="x_divRplyFwdMsg">{OUTLOOK}</div>{OLD}',
        f'<div id="appendonsend"></div>{OUTLOOK}{OLD}',
        f'<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p>{OUTLOOK}</p></div>{OLD}',
        f'<div id="yahoo_quoted_1" class="yahoo_quoted"><div>{ON}</div>{OLD}</div>',
        f'<div class="protonmail_quote">{ON}{OLD}</div>',
        f'<div name="quote">{OUTLOOK}{OLD}</div>',
        f"<p>{ON}</p><blockquote>{OLD}</blockquote>",
        f"<p>-----Original Message-----</p><p>{OUTLOOK}</p>{OLD}",
    ],
)
def test_an_answer_above_is_what_is_visible(quote: str) -> None:
    source = f"<html><body><div>It works.</div>{quote}</body></html>"

    parts = split_reply_html(source)

    assert visible(source) in ("It works.", "It works.\n---")
    assert "Does it work?" in parts.quoted


def test_an_answer_below_is_what_is_visible() -> None:
    source = f'<div class="moz-cite-prefix">{ON}</div><blockquote type="cite">{OLD}</blockquote><p>It works.</p>'

    assert visible(source) == "It works."


def test_answers_in_between_keep_what_they_answer() -> None:
    source = (
        '<div class="moz-cite-prefix">On 1.1.2025 A wrote:</div><blockquote type="cite">Colour?</blockquote>Blue'
        '<blockquote type="cite">Size?</blockquote>Large<blockquote type="cite">Bye</blockquote>'
    )

    assert visible(source) == "On 1.1.2025 A wrote:\n\n> Colour?\n\nBlue\n\n> Size?\n\nLarge"


def test_a_mail_of_only_a_quote_is_shown_whole() -> None:
    source = f'<div class="gmail_quote">{ON}<blockquote>{OLD}</blockquote></div>'

    assert split_reply_html(source).visible == source


def test_an_image_alone_is_an_answer() -> None:
    source = f'<img src="cid:1"><div class="gmail_quote">{OLD}</div>'

    assert split_reply_html(source).visible == '<img src="cid:1">'


@pytest.mark.parametrize("source", ["<p>Just text</p>", "", "<blockquote>A saying</blockquote><p>is nice</p>"])
def test_a_mail_without_a_quote_is_left_alone(source: str) -> None:
    parts = split_reply_html(source)

    assert (parts.visible, parts.quoted) == (source, "")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "source",
    ["<div>" * 100_000, "</div>" * 100_000, "<blockquote type=cite>a</blockquote>b<br>" * 15_000, "<a b=" * 100_000],
)
def test_split_reply_html_is_linear_and_loses_nothing(source: str) -> None:
    parts = split_reply_html(source)

    assert len(parts.visible) + len(parts.quoted) == len(source)
