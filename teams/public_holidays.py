"""The public holidays of countries and their parts (package `holidays`), by year."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType

SUBDIVISION_MAX_LENGTH = 8
_WORD_BEGINS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=4096)
def public_holidays(country: str, subdivision: str, year: int, language: str = "") -> Mapping[date, str]:
    """Return the names of a year's public holidays by day; none where `country` is "". ISO 3166 codes.

    Names are in `language` where the package has them in it, else in the country's own. Kept per process; the first
    year of a country takes some 10 ms, since its module is loaded.
    Source: https://holidays.readthedocs.io, the category "public" with the days that are observed instead.
    """
    if not country:
        return MappingProxyType({})
    # The package is large, and few processes ever ask.
    from holidays import country_holidays

    spoken = _spoken(country, language)
    days = country_holidays(country, subdiv=subdivision or None, years=year, language=spoken)
    return MappingProxyType({day: name for day, name in sorted(days.items()) if day.year == year})


@cache
def holiday_countries() -> Mapping[str, str]:
    """Return the English names of the countries whose holidays are known, by their codes, by name."""
    from holidays.registry import COUNTRIES

    names = {entry[1]: _WORD_BEGINS.sub(" ", entry[0]) for entry in COUNTRIES.values()}
    return MappingProxyType(dict(sorted(names.items(), key=lambda item: item[1])))


@cache
def country_parts(country: str) -> Mapping[str, str]:
    """Return the names of a known country's parts that have holidays of their own, by their codes, by name."""
    if country not in holiday_countries():
        return MappingProxyType({})
    from holidays import country_holidays

    known = country_holidays(country)
    # The first of several names is the one in the country's first language.
    names = {code: name for name, code in reversed(known.subdivisions_aliases.items())}
    codes = [code for code in known.subdivisions if len(code) <= SUBDIVISION_MAX_LENGTH]
    parts = {code: names.get(code, code) for code in codes}
    return MappingProxyType(dict(sorted(parts.items(), key=lambda item: item[1])))


def _spoken(country: str, language: str) -> str | None:
    """Return the package's code for a language in which the country's holidays have names, as sv_FI for sv."""
    from holidays import country_holidays

    offered = country_holidays(country).supported_languages
    near = [code for code in offered if language and code.partition("_")[0] == language]
    return near[0] if near else None
