import pytest

from ai.local.lexicon import archetype_of, seed_phrases
from ai.local.mood import fine_sentiment_of_tone, sentiment_of_tone, tone_of
from ai.local.triage import triage
from tests.ai.local.examples import EMBEDDER, small_model


@pytest.mark.parametrize(
    ("text", "language", "category", "priority"),
    [
        ("My parcel has not arrived and the tracking number does not work.", "en", "delivery", "normal"),
        ("Haluaisin palauttaa poran ja saada rahat takaisin.", "fi", "returns_refunds", "normal"),
        ("Jag kan inte logga in, lösenordet fungerar inte.", "sv", "account_access", "normal"),
        ("Do you have this lamp in stock?", "en", "product_question", "low"),
        ("Mihin aikaan myymälä avataan lauantaina?", "fi", "store_appointment", "low"),
        ("Borrmaskinen fattade eld och min man brände sig.", "sv", "warranty_damage", "urgent"),
        ("I can see the orders of another customer on my page!", "en", None, "urgent"),
        ("Työmaa seisoo, koska tilattu betoni puuttuu.", "fi", None, "high"),
        ("The invoice of 14 500 € is wrong, and we will not pay it.", "en", "billing_payment", "high"),
    ],
)
def test_seeds_read_three_languages(text: str, language: str, category: str | None, priority: str) -> None:
    reading = triage(text)

    assert reading.language.value == language
    assert category in (None, reading.category.value)
    assert reading.priority.value == priority


@pytest.mark.parametrize("text", ["", "12345", "?!", "\u200b", "a" * 20_000])
def test_text_that_says_nothing_is_read(text: str) -> None:
    assert triage(text).category.band == "asked"


def test_urgent_messages_are_urgent_in_time() -> None:
    assert triage("Someone has hacked my account!").urgency > 0.8 > triage("Do you sell lamps?").urgency


def test_what_an_account_taught_outweighs_the_seeds() -> None:
    text = "Please refund the wrench."
    model = small_model()

    reading = triage(text, vector=EMBEDDER.encode([text])[0], models={"category": model})

    assert reading.category.value == "refund"


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("The service was absolutely terrible!", "very_negative"),
        ("I am disappointed", "negative"),
        ("It is a lamp", "neutral"),
        ("not good", "negative"),
        ("Kiitos todella hyvästä palvelusta!", "positive"),
        ("Personalen var otrevlig", "negative"),
    ],
)
def test_tone(text: str, sentiment: str) -> None:
    tone = tone_of(text, triage(text).language.value)

    assert sentiment in (sentiment_of_tone(tone), fine_sentiment_of_tone(tone))


def test_archetype_of_a_category_is_found_by_its_name() -> None:
    assert archetype_of("Returns and refunds") == "returns_refunds"
    assert archetype_of("Toimitukset") == "delivery"
    assert archetype_of("Zebra") is None


def test_seeds_outside_a_section_are_refused() -> None:
    with pytest.raises(ValueError, match="no section"):
        list(seed_phrases("where is my order"))
