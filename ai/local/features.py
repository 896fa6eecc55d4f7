"""Words and runs of letters of a text as sparse TF-IDF rows, over a vocabulary of hashed terms.

A vocabulary holds no strings: a term is its CRC-32 beside its kind, so that a model is a few arrays and gives back
nothing that customers wrote.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

# A message's beginning says what it is about; the rest is often quoted.
READ_CHARS = 4_000
# Terms that only one text has are kept as words, which are few, and dropped as runs of letters, which are many.
_LEAST_TEXTS_OF_LETTERS = 2
_MOST_TERMS = 120_000
_WORD_KIND, _LETTER_KIND = 0, 1 << 32
_GRAM_SIZES = (3, 4, 5)
_TOKEN = re.compile(r"[^\W\d_]+|\d+", re.UNICODE)


def tokens_of(text: str) -> list[str]:
    """Return the words of the beginning, in lower case; every number is "0"."""
    return ["0" if token[0].isdecimal() else token for token in _TOKEN.findall(text[:READ_CHARS].lower())]


def word_terms(tokens: Sequence[str]) -> Iterable[str]:
    """The words, and each two that follow one another."""
    yield from tokens
    yield from (f"{first} {second}" for first, second in pairwise(tokens))


def letter_terms(tokens: Iterable[str]) -> Iterable[str]:
    """Runs of 3 to 5 letters of each word, its ends marked by a space."""
    for token in tokens:
        bounded = f" {token} "
        for size in _GRAM_SIZES:
            if len(bounded) <= size:
                yield bounded
                break
            yield from (bounded[start : start + size] for start in range(len(bounded) - size + 1))


def term_code(term: str, *, letters: bool = False) -> int:
    """Return what stands for a term in a vocabulary."""
    return crc32(term.encode()) | (_LETTER_KIND if letters else _WORD_KIND)


def _counts(text: str) -> Counter[int]:
    tokens = tokens_of(text)
    counts = Counter(term_code(term) for term in word_terms(tokens))
    counts.update(term_code(term, letters=True) for term in letter_terms(tokens))
    return counts


@dataclass(frozen=True, eq=False)
class SparseRow:
    """One text: places in the vocabulary, ascending, and their weights; of unit length, or empty."""

    places: NDArray[np.int32]
    weights: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Codes of terms, ascending (v,) int64, and the inverse document frequency of each (v,) float32."""

    codes: NDArray[np.int64]
    idf: NDArray[np.float32]

    def row(self, text: str) -> SparseRow:
        """Return a text's row; words and letters weigh half each, whatever their number."""
        counts = _counts(text)
        codes = np.fromiter(counts.keys(), np.int64, len(counts))
        times = np.fromiter(counts.values(), np.float32, len(counts))
        order = np.argsort(codes)
        codes, times = codes[order], times[order]
        places = np.searchsorted(self.codes, codes)
        known = places < len(self.codes)
        known[known] = self.codes[places[known]] == codes[known]
        places, times = places[known], times[known]
        weights = (1 + np.log(times)) * self.idf[places]
        is_letters = codes[known] >= _LETTER_KIND
        for part in (is_letters, ~is_letters):
            length = float(np.linalg.norm(weights[part]))
            if length:
                weights[part] /= length * np.sqrt(2)
        return SparseRow(places.astype(np.int32), weights.astype(np.float32))


def learn_vocabulary(texts: Sequence[str]) -> Vocabulary:
    """Return the terms of these texts, at most 120,000 (those of the most texts), with their weights."""
    texts_of: Counter[int] = Counter()
    for text in texts:
        texts_of.update(_counts(text).keys())
    codes = np.fromiter(texts_of.keys(), np.int64, len(texts_of))
    frequencies = np.fromiter(texts_of.values(), np.float32, len(texts_of))
    kept = (codes < _LETTER_KIND) | (frequencies >= _LEAST_TEXTS_OF_LETTERS)
    codes, frequencies = codes[kept], frequencies[kept]
    if len(codes) > _MOST_TERMS:
        most = np.argpartition(-frequencies, _MOST_TERMS)[:_MOST_TERMS]
        codes, frequencies = codes[most], frequencies[most]
    order = np.argsort(codes)
    idf = np.log((1 + len(texts)) / (1 + frequencies[order])) + 1
    return Vocabulary(codes[order], idf.astype(np.float32))
