"""How a reader has laid out the page's panels, which their browser remembers in the cookie `layout`."""

from collections.abc import Mapping
from dataclasses import dataclass

LAYOUT_COOKIE = "layout"
# Steps and bounds of css/panels.css, which has a class for each width.
WIDTHS = range(280, 421, 4)
SECTIONS = frozenset({"contact", "fields", "others", "followers"})
_WORDS_READ = 20
_SWITCHES = frozenset({"side-off", "details-off"})
_WIDTH_CLASSES = frozenset(f"{panel}-w-{width}" for panel in ("list", "details") for width in WIDTHS)


@dataclass(frozen=True)
class PageLayout:
    """`classes` of the shell, and the `folded` sections of the details."""

    classes: str = ""
    folded: frozenset[str] = frozenset()


def page_layout(cookies: Mapping[str, str]) -> PageLayout:
    """Return what the cookie says, such as `list-w-360.details-off`; words that it can't say are dropped."""
    words = dict.fromkeys(cookies.get(LAYOUT_COOKIE, "").split(".")[:_WORDS_READ])
    shell = [word for word in words if word in _SWITCHES or word in _WIDTH_CLASSES]
    folded = frozenset(word.removeprefix("fold-") for word in words if word.startswith("fold-"))
    return PageLayout(" ".join(shell), folded & SECTIONS)
