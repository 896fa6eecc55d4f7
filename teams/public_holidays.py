"""The public holidays of countries and their parts (package `holidays`), by year."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType


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

    days = country_holidays(country, subdiv=subdivision or None, years=year, language=language or None)
    return MappingProxyType({day: name for day, name in sorted(days.items()) if day.year == year})
