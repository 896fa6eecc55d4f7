"""What a conversation shows of a mail beside its words, and with its look."""

from email_channel.parsing.parsed import CalendarEvent, ParsedAttachment, ParsedMail
from email_channel.reading import incoming_text

DESIGNED = '<table bgcolor="#eee"><tr><td style="color:red">Order 55012</td></tr></table>'
QUOTE = '<div class="gmail_quote">On Monday Ada wrote:<blockquote type="cite">Earlier</blockquote></div>'


def test_designed_mail_has_a_page_without_its_quotes() -> None:
    text = incoming_text(ParsedMail(html=DESIGNED + QUOTE), b"")

    assert (
        text.page_html
        == '<table bgcolor="#eee"><tbody><tr><td style="color:red">Order 55012</td></tr></tbody></table>'
    )
    assert text.page_height_px == 62
    assert "style" not in text.body_html
    assert "Earlier" in text.quoted_html


def test_plain_mail_has_no_page() -> None:
    text = incoming_text(ParsedMail(html='<p style="color:red">Hello</p>'), b"")

    assert (text.page_html, text.page_height_px) == ("", None)


def test_invitation_is_told_above_the_words() -> None:
    invitation = CalendarEvent(
        "REQUEST", "Site visit", "2026-11-24 10:00", "2026-11-24 11:00", "Europe/Helsinki", "Vantaa", "Aino Laine"
    )

    text = incoming_text(ParsedMail(text="See you", invitation=invitation), b"")

    line = "Invitation: Site visit · 2026-11-24 10:00 – 11:00 (Europe/Helsinki) · Vantaa · Aino Laine"
    assert text.body_text == f"{line}\n\nSee you"
    assert text.body_html == f"<p>{line}</p><p>See you</p>"


def test_invitation_without_words_is_the_message() -> None:
    text = incoming_text(ParsedMail(invitation=CalendarEvent("CANCEL", "<b>Visit</b>", "2026-11-24")), b"")

    assert text.body_text == "Cancelled event: <b>Visit</b> · 2026-11-24"
    assert text.body_html == "<p>Cancelled event: &lt;b&gt;Visit&lt;/b&gt; · 2026-11-24</p>"


def test_encrypted_mail_says_so() -> None:
    shell = ParsedAttachment("smime.p7m", "application/pkcs7-mime", None, False, 1, b"x")

    text = incoming_text(ParsedMail(attachments=(shell,), is_encrypted=True), b"")

    assert text.body_text.startswith("This mail is encrypted.")
    assert [file.name for file in text.files] == ["smime.p7m"]
