import pytest

from conversations.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hei, en ole vielä saanut tilaustani, missä se viipyy?", "fi"),
        ("Hej, jag har inte fått min faktura än", "sv"),
        ("My invoice is wrong, could you check it please", "en"),
        ("MISSÄ LASKUNI VIIPYY JO TOISTA VIIKKOA", "fi"),
        ("Guten Tag, ich habe meine Bestellung noch nicht bekommen", ""),
        ("Hej, jeg har ikke fået min ordre endnu", ""),
        ("Tere, ma ei ole oma tellimust veel saanud", ""),
        ("Kiitos!", ""),
        ("12345 67890 #42", ""),
        ("", ""),
        ("\ud800 \x00 🙂", ""),
    ],
)
def test_language_is_told_where_it_can_be(text: str, language: str) -> None:
    assert detect_language(text) == language
