from collections import Counter
from random import Random

import pytest

from conversations.demo.accounts import DEMO_SLUGS, load_demo_account
from conversations.demo.contacts import ContactBook, plain_ascii


@pytest.mark.parametrize("slug", DEMO_SLUGS)
def test_contact_book_knows_regulars_and_strangers(slug: str) -> None:
    book = ContactBook(load_demo_account(slug), Random(3))

    tally = Counter(book.next_writer().number for _ in range(5_000))

    assert 5_000 / len(tally) == pytest.approx(2.5, rel=0.06)
    assert sum(times == 1 for times in tally.values()) > len(tally) / 3
    assert 15 < max(tally.values()) < 150


@pytest.mark.parametrize("slug", DEMO_SLUGS)
def test_contact_addresses_are_unique_and_lead_nowhere(slug: str) -> None:
    book = ContactBook(load_demo_account(slug), Random(3))

    contacts = {contact.number: contact for contact in (book.next_writer() for _ in range(30_000))}

    emails = [contact.email for contact in contacts.values()]
    phones = [contact.phone for contact in contacts.values() if contact.phone]
    assert len(set(emails)) == len(emails)
    assert len(set(phones)) == len(phones) > 0
    assert [email for email in emails if not email.endswith(".example") or not email.isascii()] == []


def test_plain_ascii_folds_letters_and_joins_words() -> None:
    assert plain_ascii("Åsa Öhman & Söhne Ab") == "asa-ohman-sohne-ab"
    assert plain_ascii("Groß") == "gross"
