"""Panels that an app shows on another app's page: by URL, so that neither imports the other."""

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class PageSlot:
    """`name` is that of its URL and makes its id in the page."""

    name: str
    url: str


def conversation_slots(display_id: int) -> tuple[PageSlot, ...]:
    """Return the panels of an open conversation, in the order of CONVERSATION_PANELS; missing URLs are left out."""
    names = [name for name in settings.CONVERSATION_PANELS if _exists(name)]
    return tuple(PageSlot(name, reverse(name, args=[display_id])) for name in names)


@lru_cache
def _exists(name: str) -> bool:
    try:
        reverse(name, args=[0])
    except NoReverseMatch:
        return False
    return True
