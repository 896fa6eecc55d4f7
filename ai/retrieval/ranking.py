"""How passages are ranked: BM25 of words, likeness of vectors, and the mix of both. Plain values in and out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Key = TypeVar("Key")

# Robertson and Zaragoza 2009: how soon a word that is repeated counts no more, and how much length matters.
BM25_K1, BM25_B = 1.2, 0.75
# The share of likeness in the mix. MiniLM reads English, and tells short passages apart by what they mean; of long
# ones words tell as much, and of other languages, and so it is with hashed letters. In between it falls evenly.
_SHARE_OF_SHORT, _SHARE = 0.8, 0.5
_SHORT_WORDS, _LONG_WORDS = 50, 90
# Below it a passage is no answer, only near the subject. Of the development set of grounding (n = 79) 9 in 10 that
# articles answer are above it, 1 in 10 from elsewhere, and 3 in 4 that are on the subject and not answered.
LEAST_SCORE_TO_CITE = 0.38
# More lexemes than these cost time and change no order.
MOST_LEXEMES = 24
# The candidates of each half.
CANDIDATES = 100


@dataclass(frozen=True)
class WeighedLexeme:
    """A stem of the question and what it tells: its inverse document frequency, above 0."""

    lexeme: str
    chunk_count: int
    weight: float


@dataclass(frozen=True)
class Scores:
    """What the halves say of one passage: BM25 (0 and above), cosine (-1..1); None where it was not asked."""

    bm25: float | None
    cosine: float | None


@dataclass(frozen=True)
class Ranked:
    """A passage's place: `score` 0..1 says how well it answers, as far as spelling and likeness tell.

    The ranks count from 1 within each half, None where that half did not find it.
    """

    score: float
    keyword_rank: int | None
    semantic_rank: int | None

    @property
    def is_citable(self) -> bool:
        """Whether an answer may rest on the passage."""
        return self.score >= LEAST_SCORE_TO_CITE


def weigh_lexemes(chunk_counts: Mapping[str, int], chunk_total: int) -> list[WeighedLexeme]:
    """Return the stems that occur, the rarest first: those that tell most.

    Source: the IDF of BM25 that never falls below 0 (Lucene's).
    """
    weighed = [
        WeighedLexeme(lexeme, count, math.log(1 + (chunk_total - count + 0.5) / (count + 0.5)))
        for lexeme, count in chunk_counts.items()
        if 0 < count <= chunk_total
    ]
    return sorted(weighed, key=lambda one: (one.chunk_count, one.lexeme))[:MOST_LEXEMES]


def best_bm25(weights: Sequence[float]) -> float:
    """Return what BM25 can't exceed for a question of these weights."""
    return sum(weights) * (BM25_K1 + 1)


def likeness_share(language: str, *, mean_words: float, reads_english: bool) -> float:
    """Return the share of likeness in the mix, for a question in this language to passages of so many words."""
    if language != "en" or not reads_english:
        return _SHARE
    length = min(max((mean_words - _SHORT_WORDS) / (_LONG_WORDS - _SHORT_WORDS), 0.0), 1.0)
    return _SHARE_OF_SHORT - length * (_SHARE_OF_SHORT - _SHARE)


def mix(found: Mapping[Key, Scores], *, share: float, bm25_most: float) -> list[tuple[Key, Ranked]]:
    """Return the passages, the best first. `bm25_most`: what a passage that says all of the question would have.

    Within a question each half counts relative to its best passage. The score of the best is absolute: its halves
    by what they could be at most; the others' follow in proportion, so that scores fall with the order.
    Source: convex combination with a fixed lower bound (Bruch, Gai and Ingber 2023, TM2C2).
    """
    keyword_ranks = _ranks({key: one.bm25 for key, one in found.items() if one.bm25})
    semantic_ranks = _ranks({key: one.cosine for key, one in found.items() if one.cosine is not None})
    bm25_top = max((one.bm25 or 0.0 for one in found.values()), default=0.0)
    cosine_top = max((one.cosine or 0.0 for one in found.values()), default=0.0)
    mixed = {
        key: share * _part(one.cosine, cosine_top) + (1 - share) * _part(one.bm25, bm25_top)
        for key, one in found.items()
    }
    order = sorted(mixed, key=lambda key: -mixed[key])
    if not order or mixed[order[0]] <= 0:
        return []
    best = found[order[0]]
    strength = share * _part(best.cosine, 1.0) + (1 - share) * _part(best.bm25, bm25_most)
    scale = min(strength, 1.0) / mixed[order[0]]
    return [
        (key, Ranked(mixed[key] * scale, keyword_ranks.get(key), semantic_ranks.get(key)))
        for key in order
        if mixed[key] > 0
    ]


def _part(value: float | None, most: float) -> float:
    return max(value or 0.0, 0.0) / most if most > 0 else 0.0


def _ranks(scores: Mapping[Key, float | None]) -> dict[Key, int]:
    order = sorted(scores, key=lambda key: -(scores[key] or 0.0))
    return {key: number for number, key in enumerate(order, start=1)}
