"""A trained model of one field of one account: inference with numpy alone, as bytes and back, and why it said so.

Three experts score every label: kernel ridge regression over meaning (embeddings) and over spelling (TF-IDF), and a
logistic regression over embeddings. Their blend gives the ranking; a small calibrator gives the confidence.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ai.local.features import SparseRow, Vocabulary, term_code, tokens_of

Floats = NDArray[np.float32]
FORMAT = 1
_NEIGHBOURS, _TERMS, _RANKED = 3, 5, 5
# A correction speaks for messages this alike, the more the nearer; below, only training learns from it.
_CORRECTION_FROM, _CORRECTION_FULL, _CORRECTION_WEIGHT = 0.7, 0.92, 0.95
# Of the exponential kernel over TF-IDF rows.
SPELLING_SHARPNESS = 2.0
APPLIED, SUGGESTED, ASKED = "applied", "suggested", "asked"


@dataclass(frozen=True)
class Neighbour:
    """A labelled message that is like the one in question; similarity 0..1."""

    item: str
    label: str
    similarity: float


@dataclass(frozen=True)
class FieldReading:
    """What a model says of one message: `ranking` best first with shares that add up to at most 1; `confidence` 0..1
    is the calibrated chance that `label` is right; `familiarity` 0..1 is low for what fits no label."""

    label: str
    confidence: float
    familiarity: float
    band: str
    ranking: tuple[tuple[str, float], ...]
    neighbours: tuple[Neighbour, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class LabelledText:
    """A person's label for a message. `vector` is (384,) float32 of unit length."""

    item: str
    text: str
    label: str
    vector: Floats


@dataclass(frozen=True)
class Thresholds:
    """From which confidence, and from which familiarity, a label is applied; from which confidence it is suggested."""

    confidence: float = 1.01
    familiarity: float = 0.0
    suggested: float = 0.3


@dataclass(frozen=True, eq=False)
class SparseIndex:
    """TF-IDF rows of n texts by term: the texts of term t are rows[starts[t]:starts[t + 1]]."""

    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    weights: Floats
    count: int

    def similarities(self, row: SparseRow) -> Floats:
        """Return the cosine with every text, (n,)."""
        begins, ends = self.starts[row.places], self.starts[row.places + 1]
        sizes = ends - begins
        # All postings of all terms of the row, as one list of positions.
        offsets = np.repeat(begins - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes) if len(sizes) else sizes
        positions = offsets + np.arange(int(sizes.sum()))
        weighted = self.weights[positions].astype(np.float32) * np.repeat(row.weights, sizes)
        return np.bincount(self.rows[positions], weighted, self.count).astype(np.float32)


@dataclass(frozen=True, eq=False)
class FieldModel:
    """Labels (c), examples (n): `vectors` (n, 384) float16, `meaning` and `spelling` (n, c) dual weights, `linear`
    (385, c) with the intercept last. `blend` weighs meaning, spelling, linear; `calibrator` (5,) see `certainty`."""

    embedder: str
    labels: tuple[str, ...]
    items: tuple[str, ...]
    truths: NDArray[np.int32]
    vectors: NDArray[np.float16]
    vocabulary: Vocabulary
    index: SparseIndex
    meaning: Floats
    spelling: Floats
    linear: Floats
    blend: Floats
    gamma: float
    calibrator: Floats
    thresholds: Thresholds
    figures: dict[str, Any]
    corrections: tuple[LabelledText, ...] = field(default=())

    def read(self, text: str, vector: Floats) -> FieldReading:
        """Return the reading of one message; 1 to 3 ms with 5,000 examples. `vector` is of the same embedder."""
        row = self.vocabulary.row(text)
        cosines = self.vectors.astype(np.float32) @ vector
        spelled = self.index.similarities(row)
        shares = softmax(self._scores(cosines, spelled, vector))
        alike = nearness(cosines, spelled, self.blend)
        familiarity = float(np.sqrt(shares.max()) * alike.max())
        confidence = certainty(shares[None], alike.max()[None], self.calibrator)[0]
        named = dict(zip(self.labels, shares.tolist(), strict=True))
        near = self._nearest(alike)
        if self.corrections:
            named, confidence, near = self._corrected(named, float(confidence), near, row, vector)
        ranking = sorted(named.items(), key=lambda pair: -pair[1])[:_RANKED]
        return FieldReading(
            label=ranking[0][0],
            confidence=float(confidence),
            familiarity=max(familiarity, near[0].similarity * float(ranking[0][1]) ** 0.5 if near else 0.0),
            band=self._band(float(confidence), familiarity),
            ranking=tuple(ranking),
            neighbours=near,
            terms=self._terms(text, ranking[0][0]),
        )

    def with_corrections(self, corrections: Sequence[LabelledText]) -> "FieldModel":
        """Return a model that knows these too (oldest first), at once: what is much like one gets its label."""
        newest = {one.item: one for one in corrections}
        return replace(self, corrections=tuple(newest.values()))

    def _scores(self, cosines: Floats, spelled: Floats, vector: Floats) -> Floats:
        experts = np.stack(
            [
                np.exp(-2 * self.gamma * (1 - cosines)) @ self.meaning,
                np.exp(SPELLING_SHARPNESS * (spelled - 1)) @ self.spelling,
                vector @ self.linear[:-1] + self.linear[-1],
            ]
        )
        scores: Floats = self.blend @ experts
        return scores

    def _band(self, confidence: float, familiarity: float) -> str:
        limits = self.thresholds
        if confidence >= limits.confidence and familiarity >= limits.familiarity:
            return APPLIED
        return SUGGESTED if confidence >= limits.suggested else ASKED

    def _nearest(self, alike: Floats) -> tuple[Neighbour, ...]:
        best = np.argsort(-alike)[:_NEIGHBOURS]
        return tuple(
            Neighbour(self.items[place], self.labels[self.truths[place]], round(float(alike[place]), 4))
            for place in best
        )

    def _corrected(
        self, named: dict[str, float], confidence: float, near: tuple[Neighbour, ...], row: SparseRow, vector: Floats
    ) -> tuple[dict[str, float], float, tuple[Neighbour, ...]]:
        """Let the nearest correction speak, unless an example that nobody corrected is clearly nearer."""
        found = [
            Neighbour(one.item, one.label, round(self._likeness(one, row, vector), 4)) for one in self.corrections
        ]
        corrected = {one.item for one in found}
        kept = [one for one in near if one.item not in corrected]
        nearest = max(found, key=lambda one: one.similarity)
        merged = tuple(sorted([*kept, *found], key=lambda one: -one.similarity)[:_NEIGHBOURS])
        reach = (nearest.similarity - _CORRECTION_FROM) / (_CORRECTION_FULL - _CORRECTION_FROM)
        is_outdone = kept and kept[0].similarity > nearest.similarity + 0.02
        weight = 0.0 if is_outdone else _CORRECTION_WEIGHT * min(max(reach, 0.0), 1.0)
        changed = {label: share * (1 - weight) for label, share in named.items()}
        changed[nearest.label] = changed.get(nearest.label, 0.0) + weight
        if max(changed, key=lambda label: changed[label]) == nearest.label:
            return changed, max(confidence * (1 - weight), weight), merged
        return changed, confidence * (1 - weight), merged

    def _likeness(self, one: LabelledText, row: SparseRow, vector: Floats) -> float:
        other = self.vocabulary.row(one.text)
        _common, mine, others = np.intersect1d(row.places, other.places, return_indices=True)
        spelled = np.float32(row.weights[mine] @ other.weights[others])
        return float(nearness(np.float32(one.vector @ vector), spelled, self.blend))

    def _terms(self, text: str, label: str) -> tuple[str, ...]:
        """The message's words that speak most for the label, by the examples in which they occur."""
        if label not in self.labels:
            return ()
        column = self.spelling[:, self.labels.index(label)]
        speaking: dict[str, float] = {}
        for word in dict.fromkeys(tokens_of(text)):
            place = int(np.searchsorted(self.vocabulary.codes, term_code(word)))
            if place < len(self.vocabulary.codes) and self.vocabulary.codes[place] == term_code(word):
                rows = self.index.rows[self.index.starts[place] : self.index.starts[place + 1]]
                speaking[word] = float(column[rows].sum() * self.vocabulary.idf[place])
        best = sorted((word for word in speaking if speaking[word] > 0), key=lambda word: -speaking[word])
        return tuple(best[:_TERMS])

    def to_bytes(self) -> bytes:
        """Return an npz without pickles; corrections, which are rows of their own, are left out."""
        head = {
            "format": FORMAT,
            "embedder": self.embedder,
            "labels": self.labels,
            "items": self.items,
            "gamma": self.gamma,
            "count": self.index.count,
            "thresholds": vars(self.thresholds),
            "figures": self.figures,
        }
        arrays: dict[str, NDArray[Any]] = {
            "head": np.frombuffer(json.dumps(head).encode(), np.uint8),
            "truths": self.truths,
            "vectors": self.vectors,
            "codes": self.vocabulary.codes,
            "idf": self.vocabulary.idf,
            "starts": self.index.starts,
            "rows": self.index.rows,
            "weights": self.index.weights.astype(np.float16),
            "meaning": self.meaning.astype(np.float16),
            "spelling": self.spelling.astype(np.float16),
            "linear": self.linear,
            "blend": self.blend,
            "calibrator": self.calibrator,
        }
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, **arrays)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "FieldModel":
        """Return the model of such bytes. Raises ValueError for another format, and for what numpy cannot read."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            if head["format"] != FORMAT:
                raise ValueError(f"a model of format {head['format']}, not {FORMAT}")
            return cls(
                embedder=head["embedder"],
                labels=tuple(head["labels"]),
                items=tuple(head["items"]),
                truths=arrays["truths"],
                vectors=arrays["vectors"],
                vocabulary=Vocabulary(arrays["codes"], arrays["idf"]),
                index=SparseIndex(arrays["starts"], arrays["rows"], arrays["weights"], head["count"]),
                meaning=arrays["meaning"].astype(np.float32),
                spelling=arrays["spelling"].astype(np.float32),
                linear=arrays["linear"],
                blend=arrays["blend"],
                gamma=head["gamma"],
                calibrator=arrays["calibrator"],
                thresholds=Thresholds(**head["thresholds"]),
                figures=head["figures"],
            )


def softmax(scores: Floats) -> Floats:
    """Return shares along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def nearness(cosines: Any, spelled: Any, blend: Floats) -> Any:
    """Return likeness 0..1: of meaning and of spelling, in the shares in which the model listens to them."""
    by_meaning = float((blend[0] + blend[2]) / max(float(blend.sum()), 1e-9))
    return np.maximum(by_meaning * cosines + (1 - by_meaning) * np.sqrt(np.maximum(spelled, 0)), 0)


def certainty_features(shares: Floats, nearest: Floats) -> Floats:
    """Return (n, 5): 1, log-odds of the first label, lead over the second, nearest likeness, entropy."""
    ordered = -np.partition(-shares, 1, axis=1)[:, :2] if shares.shape[1] > 1 else np.pad(shares, ((0, 0), (0, 1)))
    first, second = np.clip(ordered[:, 0], 1e-6, 1 - 1e-6), np.clip(ordered[:, 1], 1e-6, 1)
    entropy = -(shares * np.log(np.clip(shares, 1e-9, 1))).sum(axis=1)
    lead = np.log(first / second)
    columns = [np.ones_like(first), np.log(first / (1 - first)), lead, nearest, entropy]
    return np.stack(columns, axis=1).astype(np.float32)


def certainty(shares: Floats, nearest: Floats, calibrator: Floats) -> Floats:
    """Return the chance that the first label is right, (n,): a logistic function of `certainty_features`."""
    confidence: Floats = 1 / (1 + np.exp(-certainty_features(shares, nearest) @ calibrator))
    return confidence
