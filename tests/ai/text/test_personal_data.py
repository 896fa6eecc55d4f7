import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.text.personal_data import MASKED_BY_DEFAULT, PersonalData, find_personal_data, mask_personal_data

HOLDING = [
    ("SECRET", "Our key is {}.", "sk_live_51HxYzAbCdEfGh1234"),
    ("SECRET", "token: {}", "ghp_0123456789abcdefABCDEF0123456789abcd"),
    ("SECRET", "Salasanani on {}, kirjautuminen ei toimi", "Kissa2024"),
    ("SECRET", "mitt lösenord är {}!", "Sommar99"),
    ("EMAIL", "Write to <{}>.", "ada.byron+shop@mail.example.co.uk"),
    ("EMAIL", "osoitteeni on {}", "äiti@esimerkki.fi"),
    ("IBAN", "Tilille {} kiitos", "FI21 1234 5600 0007 85"),
    ("IBAN", "konto {}, tack", "SE4550000000058398257466"),
    ("CARD", "Card {} was charged twice", "4111 1111 1111 1111"),
    ("CARD", "kortilta {}", "378282246310005"),
    ("HETU", "Hetuni on {}.", "131052-308T"),
    ("HETU", "syntynyt 2000-luvulla: {}", "010203A123B"),
    ("PERSONNUMMER", "Mitt nummer: {}", "811228-9874"),
    ("PERSONNUMMER", "född {}", "198112289874"),
    ("PERSONNUMMER", "samordningsnummer {}", "701063-2391"),
    ("IP", "Log-in from {}.", "192.0.2.17"),
    ("IP", "from {} again", "2001:db8::8a2e:370:7334"),
    ("PHONE", "Soittakaa {}!", "040 123 4567"),
    ("PHONE", "ring mig på {}", "+46 70-123 45 67"),
    ("PHONE", "call {}", "+44 (0)20 7946 0018"),
]
HARMLESS = [
    "Order 192712117 of 4.1.2026, invoice INV-833791",
    "Article 6460908966031, version v6.18.11",
    "The drill costs 1 299,00 € at 09:30 - 17:00",
    "Dimensions 1200 x 600 x 18 mm, 0.75 kW",
    "Between 01.02.2026 and 28-02-2026",
    "Tracking JJFI65432112345678901",
    "I forgot my password and cannot log in",
    "Version 1.2.3.4.5 and section 10.2.3",
]


@pytest.mark.parametrize(("kind", "text", "datum"), HOLDING)
def test_datum_is_found_whole(kind: str, text: str, datum: str) -> None:
    whole = text.format(datum)

    found = [(one.kind, whole[one.start : one.end]) for one in find_personal_data(whole)]

    assert found == [(PersonalData(kind), datum)]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_not_personal_stays(text: str) -> None:
    assert find_personal_data(text) == []


def test_same_datum_has_the_same_mark() -> None:
    masked = mask_personal_data("Card 4111 1111 1111 1111, I repeat 4111 1111 1111 1111, not 5500 0000 0000 0004.")

    assert masked.text == "Card [CARD 1], I repeat [CARD 1], not [CARD 2]."
    assert masked.restored("We refund [CARD 2], see [CARD 9].") == "We refund 5500 0000 0000 0004, see [CARD 9]."


def test_only_the_kinds_that_are_asked_for_are_masked() -> None:
    masked = mask_personal_data("ada@customers.example has 131052-308T", MASKED_BY_DEFAULT)

    assert masked.text == "ada@customers.example has [HETU 1]"


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_whatever_is_masked_comes_back(text: str) -> None:
    masked = mask_personal_data(text)

    assert masked.restored(masked.text) == text


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "unit", ["a@", "0 ", "eyJa.", "AA11 ", "1.", "::", "-----BEGIN PRIVATE KEY-----", "+1", "9", "password ", "4-"]
)
def test_a_hostile_text_takes_linear_time(unit: str) -> None:
    masked = mask_personal_data(unit * (100_000 // len(unit)))

    assert masked.restored(masked.text)


@pytest.mark.shared
def test_recall_on_the_set_for_development(shared_dir: Path) -> None:
    folder = shared_dir / "ai" / "pii"
    texts = {row["id"]: row["text"] for row in _rows(folder / "inputs.jsonl")}
    missed, wrong, count = 0, 0, 0
    for row in _rows(folder / "gold.jsonl"):
        found, wanted = find_personal_data(texts[row["id"]]), row["spans"]
        count += len(wanted)
        missed += sum(not any(f.start <= w["start"] and f.end >= w["end"] for f in found) for w in wanted)
        wrong += sum(not any(f.start < w["end"] and w["start"] < f.end for w in wanted) for f in found)

    assert missed <= count / 100
    assert wrong <= 2 * len(texts) / 100


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]
