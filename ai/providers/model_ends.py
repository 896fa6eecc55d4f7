"""Which models of Anthropic's end, and when, as the SDK that is installed knows."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from anthropic.resources.messages.messages import DEPRECATED_MODELS


def ends_of_models(models: Iterable[str]) -> Mapping[str, date]:
    """Return the last day of those among these models that have one."""
    return {model: _day(DEPRECATED_MODELS[model]) for model in models if model in DEPRECATED_MODELS}


def _day(text: str) -> date:
    """Read a day as "November 30th, 2026"."""
    month, day, year = text.replace(",", "").split()
    return datetime.strptime(f"{month} {day.rstrip('sthndr')} {year}", "%B %d %Y").date()
