"""The demo's customers: people who write once, and a few who write often."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import accumulate, product
from random import Random

from conversations.demo.accounts import DemoAccount
from conversations.demo.languages import DemoLanguage, load_demo_language

# One conversation in so many comes from somebody new.
CONVERSATIONS_PER_CONTACT = 2.5
# So many per language have a phone number, for no more are set aside for fiction.
PHONE_COUNT = 1_000
# Until so many are known, nearly all are new, or the first one would write half of all mail.
FIRST_CROWD = 25
FIRST_CROWD_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class DemoContact:
    """A customer; `number` counts from 0 in the order of the first conversation.

    `phone` and `company` may be empty.
    """

    number: int
    name: str
    first_name: str
    email: str
    phone: str
    language: str
    company: str
    street: str


class ContactBook:
    """Hands out the contact of each next conversation: a new one, or one who wrote before.

    Half of those who return are drawn among contacts, half among conversations, so that a few become regulars.
    """

    def __init__(self, account: DemoAccount, rng: Random) -> None:
        self._account = account
        self._rng = rng
        self._languages = {code: load_demo_language(code) for code in account.languages}
        self._names = {code: _shuffled_names(language, rng) for code, language in self._languages.items()}
        self._made = dict.fromkeys(account.languages, 0)
        self._weights = list(accumulate(account.language_weights.values()))
        self._contacts: list[DemoContact] = []
        self._writers: list[DemoContact] = []

    def next_writer(self) -> DemoContact:
        """The contact of the next conversation."""
        contact = self._pick()
        self._writers.append(contact)
        return contact

    def _pick(self) -> DemoContact:
        draw = self._rng.random
        share = 1 / CONVERSATIONS_PER_CONTACT if len(self._contacts) >= FIRST_CROWD else FIRST_CROWD_SHARE
        if not self._contacts or draw() < share:
            return self._newcomer()
        known = self._contacts if draw() < 0.5 else self._writers
        return known[int(draw() * len(known))]

    def _newcomer(self) -> DemoContact:
        (code,) = self._rng.choices(self._account.languages, cum_weights=self._weights)
        contact = self._person(code)
        self._contacts.append(contact)
        return contact

    def _name(self, code: str, made: int) -> tuple[str, str, str]:
        """First and last name of a language's person of that number, and what tells later namesakes apart."""
        round_number, place = divmod(made, len(self._names[code]))
        return *self._names[code][place], str(round_number + 1) if round_number else ""

    def _person(self, code: str) -> DemoContact:
        draw = self._rng.random
        language = self._languages[code]
        made = self._made[code]
        self._made[code] += 1
        first, last, again = self._name(code, made)
        company = ""
        domain = language.domains[int(draw() * len(language.domains))]
        if draw() < self._account.trade_share:
            company = language.companies[int(draw() * len(language.companies))]
            domain = f"{plain_ascii(company)}.example"
        return DemoContact(
            number=len(self._contacts),
            name=f"{first} {last}",
            first_name=first,
            email=f"{plain_ascii(first)}.{plain_ascii(last)}{again}@{domain}",
            phone=language.phone.format(number=made) if made < PHONE_COUNT else "",
            language=code,
            company=company,
            street=f"{language.streets[int(draw() * len(language.streets))]} {int(draw() * 60) + 1}",
        )


def _shuffled_names(language: DemoLanguage, rng: Random) -> list[tuple[str, str]]:
    names = list(product(language.first_names, language.last_names))
    rng.shuffle(names)
    return names


def plain_ascii(name: str) -> str:
    """A name as it stands in an address: small letters, digits and hyphens."""
    decomposed = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    letters = decomposed.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
