"""The demo accounts: their teams, their staff, and what they sell. Read from `texts/<slug>/account.toml`."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

TEXTS = Path(__file__).parent / "texts"
DEMO_SLUGS = ("nordhem", "acme")


@dataclass(frozen=True, slots=True)
class DemoTeam:
    """A team of a demo account; `routing` is how its queue is given out."""

    slug: str
    name: str
    routing: str


@dataclass(frozen=True, slots=True)
class CastMember:
    """An agent of a demo account; `login` is the part before the @ of the address."""

    login: str
    name: str
    role: str
    teams: tuple[str, ...]
    languages: tuple[str, ...]
    skills: tuple[str, ...]

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


@dataclass(frozen=True, slots=True)
class WordForms:
    """A noun as it stands alone, in the genitive, and in the third form its slots ask for.

    The third is Finnish: "in" a city, the partitive of a product. Other languages repeat the first.
    """

    plain: str
    genitive: str
    third: str


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """Something the account sells, by language; `cents` is the price of one in euro cents."""

    group: str
    cents: int
    words: dict[str, WordForms]


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One demo account. `trade_share` is the share of contacts who write for a company."""

    slug: str
    name: str
    timezone: str
    order_prefix: str
    trade_share: float
    language_weights: dict[str, int]
    teams: tuple[DemoTeam, ...]
    cast: tuple[CastMember, ...]
    pools: dict[str, tuple[str, ...]]
    cities: tuple[dict[str, WordForms], ...]
    products: tuple[DemoProduct, ...]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.language_weights)


@lru_cache
def load_demo_account(slug: str) -> DemoAccount:
    """The demo account of that slug. Raises KeyError for any but `DEMO_SLUGS`."""
    if slug not in DEMO_SLUGS:
        raise KeyError(slug)
    raw = tomllib.loads((TEXTS / slug / "account.toml").read_text(encoding="utf-8"))
    languages = tuple(raw["language_weights"])
    return DemoAccount(
        slug=slug,
        name=raw["name"],
        timezone=raw["timezone"],
        order_prefix=raw["order_prefix"],
        trade_share=raw["trade_share"],
        language_weights=raw["language_weights"],
        teams=tuple(DemoTeam(**team) for team in raw["teams"]),
        cast=tuple(_cast_member(member) for member in raw["cast"]),
        pools={name: tuple(words) for name, words in raw["pools"].items()},
        cities=tuple(_words(city, languages) for city in raw["cities"]),
        products=tuple(
            DemoProduct(product["group"], product["cents"], _words(product, languages)) for product in raw["products"]
        ),
    )


def _cast_member(raw: dict[str, Any]) -> CastMember:
    return CastMember(
        login=raw["login"],
        name=raw["name"],
        role=raw["role"],
        teams=tuple(raw["teams"]),
        languages=tuple(raw["languages"]),
        skills=tuple(raw["skills"]),
    )


def _words(raw: dict[str, Any], languages: tuple[str, ...]) -> dict[str, WordForms]:
    forms = {}
    for language in languages:
        word = raw[language]
        forms[language] = WordForms(word, word, word) if isinstance(word, str) else WordForms(*word)
    return forms
