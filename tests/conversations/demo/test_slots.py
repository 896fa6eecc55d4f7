from dataclasses import replace
from random import Random

import pytest

from conversations.demo.accounts import DEMO_SLUGS, load_demo_account
from conversations.demo.contacts import DemoContact
from conversations.demo.slots import Scene, fill_note_slots, fill_slots
from conversations.demo.topics import load_topics

CONTACT = DemoContact(0, "Aino Aalto", "Aino", "aino.aalto@luukku.example", "+358 40 555 0001", "fi", "", "Rantatie 3")
# Thursday 1 January 2026, 10:20 on the wall.
LOCAL_S = 20_454 * 86_400 + 10 * 3_600 + 20 * 60


def scene_of(slug: str, language: str) -> Scene:
    account = load_demo_account(slug)
    return Scene(
        rng=Random(1),
        account=account,
        contact=CONTACT,
        language=language,
        product=account.products[4 % len(account.products)],
        city=account.cities[0],
        quantity=3,
        local_s=LOCAL_S,
        promised_day=20_458,
        days_back=5,
    )


def test_fill_slots_words_days_and_sums_by_language() -> None:
    scene = scene_of("nordhem", "fi")
    names = ("weekday", "date", "past_date", "since_time", "price", "total", "city_in", "product_part")

    finnish = fill_slots(scene, names)
    swedish = fill_slots(replace(scene, language="sv"), names)

    assert finnish == {
        "weekday": "maanantaina",
        "date": "5.1.",
        "past_date": "27.12.",
        "since_time": "9.45",
        "price": "129,00 €",
        "total": "387,00 €",
        "city_in": "Espoossa",
        "product_part": "Tora-akkuporakonetta",
    }
    assert swedish["weekday"] == "måndag"
    assert swedish["date"] == "5 januari"


def test_fill_note_slots_speaks_english_of_the_same_things() -> None:
    scene = scene_of("nordhem", "fi")
    public = fill_slots(scene, ("order", "city", "shelf"))

    notes = fill_note_slots(scene, ("order", "city", "shelf", "weekday"), public)

    assert notes == public | {"city": "Espoo", "weekday": "Monday"}


def test_company_slot_falls_back_to_the_person() -> None:
    assert fill_slots(scene_of("nordhem", "fi"), ["company"]) == {"company": "Aino Aalto"}


def test_fill_slots_refuses_a_slot_it_does_not_know() -> None:
    with pytest.raises(KeyError, match="shoe_size"):
        fill_slots(scene_of("nordhem", "fi"), ["shoe_size"])


@pytest.mark.parametrize("slug", DEMO_SLUGS)
def test_every_slot_of_every_topic_has_a_value(slug: str) -> None:
    for language in load_demo_account(slug).languages:
        for topic in load_topics(slug, language):
            scene = scene_of(slug, language)

            public = fill_slots(scene, topic.slots)
            notes = fill_note_slots(scene, topic.note_slots, public)

            assert all(public.values()), topic.key
            assert set(topic.note_slots) <= {*notes, "agent", "colleague"}, topic.key
