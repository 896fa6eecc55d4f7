"""What differs between two versions of an article, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

# Comparing takes time with the square of the lines; beyond these the rest counts as the same.
_LINES_MOST = 2_000


@dataclass(frozen=True)
class DiffLine:
    """A line; `change` is "same", "added" or "removed"."""

    change: str
    text: str


def article_diff(before: str, after: str) -> list[DiffLine]:
    """Return the lines of both texts in order; of what is the same, only the two lines around a change."""
    old, new = before.splitlines()[:_LINES_MOST], after.splitlines()[:_LINES_MOST]
    groups = SequenceMatcher(a=old, b=new, autojunk=False).get_grouped_opcodes(2)
    return [line for group in groups for code in group for line in _lines(code, old, new)]


def _lines(code: tuple[str, int, int, int, int], old: list[str], new: list[str]) -> Iterator[DiffLine]:
    tag, old_start, old_end, new_start, new_end = code
    if tag == "equal":
        yield from (DiffLine("same", text) for text in old[old_start:old_end])
        return
    yield from (DiffLine("removed", text) for text in old[old_start:old_end])
    yield from (DiffLine("added", text) for text in new[new_start:new_end])
