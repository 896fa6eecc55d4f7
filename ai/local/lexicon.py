"""Seed words per language: what speaks for a value of a field before an account has labelled anything.

The files `seeds/<language>.txt` explain their own form; an account's own lines are read by the same function.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ai.local.features import tokens_of

SEED_LANGUAGES = ("en", "fi", "sv")
_FOLDER = Path(__file__).parent / "seeds"
_SECTION = re.compile(r"\[(\w+) (\w+)\]")
_STRONG = 3.0
# Each further word of a phrase makes it say half as much again.
_PER_WORD = 0.5
_WORDS_BETWEEN = 2
# A stem is found by its first letters.
_KEY_LETTERS = 2


@dataclass(frozen=True)
class SeedPhrase:
    """Words, of which one that ends in `*` stands for all that begin so; what it speaks for, and how loudly."""

    words: tuple[str, ...]
    field: str
    value: str
    weight: float


@dataclass(frozen=True)
class SeedHit:
    """A phrase that stands in a text, from the token `start` on."""

    phrase: SeedPhrase
    start: int
    end: int


class SeedLexicon:
    """Phrases of one language, found in a text in time proportional to its words."""

    def __init__(self, phrases: Iterable[SeedPhrase]) -> None:
        self._by_key: dict[str, list[SeedPhrase]] = defaultdict(list)
        for phrase in phrases:
            self._by_key[phrase.words[0].rstrip("*")[:_KEY_LETTERS]].append(phrase)

    def hits(self, tokens: Sequence[str]) -> Iterator[SeedHit]:
        """Yield where phrases stand, in the order of the text; every phrase at its first place."""
        seen: set[SeedPhrase] = set()
        for start, token in enumerate(tokens):
            for key in {token[:_KEY_LETTERS], token[:1]}:
                for phrase in self._by_key.get(key, ()):
                    end = _end_of(phrase.words, tokens, start)
                    if end and phrase not in seen:
                        seen.add(phrase)
                        yield SeedHit(phrase, start, end)


def _end_of(words: Sequence[str], tokens: Sequence[str], start: int) -> int:
    """The place behind the phrase, 0 if it does not stand here."""
    if not _is_word(words[0], tokens[start]):
        return 0
    place = start + 1
    for word in words[1:]:
        reach = range(place, min(place + _WORDS_BETWEEN + 1, len(tokens)))
        found = next((there for there in reach if _is_word(word, tokens[there])), None)
        if found is None:
            return 0
        place = found + 1
    return place


def _is_word(pattern: str, token: str) -> bool:
    return token.startswith(pattern[:-1]) if pattern[-1] == "*" else token == pattern


def seed_phrases(text: str) -> Iterator[SeedPhrase]:
    """Yield the phrases of a file of seeds. Raises ValueError for a phrase before the first section."""
    section = None
    for line in text.splitlines():
        found = _SECTION.fullmatch(line.strip())
        if found:
            section = found.groups()
        elif line.strip() and not line.startswith("#"):
            if section is None:
                raise ValueError(f"no section before {line[:40]!r}")
            yield from (_phrase(written, *section) for written in line.split(";") if written.strip(" !"))


def _phrase(written: str, field: str, value: str) -> SeedPhrase:
    written = written.strip().lower()
    words = tuple(written.rstrip("!").split())
    weight = (_STRONG if written.endswith("!") else 1.0) * (1 + _PER_WORD * (len(words) - 1))
    return SeedPhrase(words, field, value, weight)


@cache
def shipped_lexicon(language: str) -> SeedLexicon:
    """Return the shipped seeds of `en`, `fi` or `sv`; of another language, all three together."""
    languages = [language] if language in SEED_LANGUAGES else SEED_LANGUAGES
    texts = [(_FOLDER / f"{name}.txt").read_text(encoding="utf-8") for name in languages]
    return SeedLexicon(phrase for text in texts for phrase in seed_phrases(text))


def seed_scores(hits: Iterable[SeedHit], field: str) -> Mapping[str, float]:
    """Return how loudly the hits speak for each value of a field; a value that none speaks for is missing."""
    scores: dict[str, float] = defaultdict(float)
    for hit in hits:
        if hit.phrase.field == field:
            scores[hit.phrase.value] += hit.phrase.weight
    return dict(scores)


def archetype_of(category: str) -> str | None:
    """Return the archetype (`delivery`, `warranty_damage`, …) that a category's name speaks of, None if none does."""
    tokens = tokens_of(category.replace("_", " "))
    scores = seed_scores(shipped_lexicon("").hits(tokens), "category")
    return max(scores, key=lambda value: scores[value]) if scores else None
