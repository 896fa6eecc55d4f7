"""How each language of the demo names people, days and sums. Read from `texts/languages/<code>.toml`."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from conversations.demo.accounts import TEXTS


@dataclass(frozen=True, slots=True)
class DemoLanguage:
    """Pools and patterns of one language. No last name, domain or company stands in two of them."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: str
    money: str
    phone: str
    domains: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    companies: tuple[str, ...]
    streets: tuple[str, ...]

    def money_of(self, cents: int) -> str:
        """The sum as it is written in this language, in euros."""
        return self.money.format(euros=cents // 100, cents=f"{cents % 100:02d}")


@lru_cache
def load_demo_language(code: str) -> DemoLanguage:
    """The language of that ISO 639-1 code. Raises FileNotFoundError for one without texts."""
    raw = tomllib.loads((TEXTS / "languages" / f"{code}.toml").read_text(encoding="utf-8"))
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}
    return DemoLanguage(**fields)
