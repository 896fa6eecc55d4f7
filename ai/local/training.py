"""Training of a field's model from an account's own labels, in a process of its own.

Kernel ridge regression gives every out-of-fold score in closed form (Rasmussen & Williams 2006, section 5.4.2), so
that weights, calibration and thresholds come from a full cross-validation at the cost of one fit.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from ai.local.decision import chosen_thresholds, cross_validated_figures, unknown_scores
from ai.local.features import SparseRow, Vocabulary, learn_vocabulary
from ai.local.field_model import (
    SPELLING_SHARPNESS,
    FieldModel,
    Floats,
    LabelledText,
    SparseIndex,
    certainty,
    certainty_features,
    nearness,
    softmax,
)

# A fit costs the cube of the examples; the newest are kept.
MOST_EXAMPLES = 6_000
LEAST_EXAMPLES = 20
_CHOOSING_EXAMPLES = 1_500
_FOLDS, _LINEAR_FOLDS = 10, 5
_GAMMAS, _RIDGES = (0.7, 1.4), (0.05, 0.15, 0.4)
# Inverse strength of the logistic regression's penalty; sentence embeddings have unit length and want a weak one.
_LINEAR_C = 30.0
# How strongly the blend stays at the start's proportions: as if so many examples spoke for them.
_PULL = 20.0
Ints = NDArray[np.int32]


class Ridge:
    """Kernel ridge regression on one-hot labels less their means: dual weights and out-of-fold scores."""

    def __init__(self, kernel: Floats, targets: Floats, ridge: float) -> None:
        self.targets = targets
        self.inverse = _inverse(kernel, ridge)
        self.duals: Floats = self.inverse @ targets

    def without(self, rows: NDArray[np.intp]) -> Floats:
        """Return the scores of these rows by a model that never saw them, (rows, c)."""
        block = self.inverse[np.ix_(rows, rows)]
        scores: Floats = self.targets[rows] - np.linalg.solve(block, self.duals[rows])
        return scores

    def out_of_fold(self, folds: Ints) -> Floats:
        scores = np.zeros_like(self.targets)
        for fold in np.unique(folds):
            rows = np.flatnonzero(folds == fold)
            scores[rows] = self.without(rows)
        return scores


def train_field_model(examples: Sequence[LabelledText], *, embedder: str, error_budget: float = 0.08) -> FieldModel:
    """Return a model of these labels, oldest first; of more than 6,000 the newest count.

    5,000 examples of 77 labels: some 20 CPU-s. Raises ValueError for fewer than 20 examples or 2 labels.
    """
    examples = examples[-MOST_EXAMPLES:]
    labels = tuple(sorted({example.label for example in examples}))
    if len(examples) < LEAST_EXAMPLES or len(labels) < 2:
        raise ValueError("too few labels to learn from")
    truths = np.array([labels.index(example.label) for example in examples], np.int32)
    vectors = np.stack([example.vector for example in examples]).astype(np.float32)
    vocabulary, rows = _rows_of([example.text for example in examples])
    index = _index_of(rows, len(vocabulary.codes))
    cosines, spelled = vectors @ vectors.T, np.asarray((rows @ rows.T).todense(), np.float32)
    targets = np.eye(len(labels), dtype=np.float32)[truths]
    targets -= targets.mean(axis=0)
    folds = balanced_folds(truths)
    gamma, ridge = _chosen_meaning(cosines, targets, truths, folds)
    meaning = Ridge(np.exp(-2 * gamma * (1 - cosines)), targets, ridge)
    spelling = Ridge(
        np.exp(SPELLING_SHARPNESS * (spelled - 1)), targets, _chosen_spelling(spelled, targets, truths, folds)
    )
    linear, linear_scores = _linear(vectors, truths, folds, len(labels))
    held_out = np.stack([meaning.out_of_fold(folds), spelling.out_of_fold(folds), linear_scores])
    blend = _blend(held_out, truths)
    shares = softmax(np.tensordot(blend, held_out, axes=1))
    alike = nearness(cosines, spelled, blend)
    np.fill_diagonal(alike, 0)
    nearest = alike.max(axis=1)
    calibrator = _calibrator(shares, nearest, truths)
    confidence = certainty(shares, nearest, calibrator)
    known = np.sqrt(shares.max(axis=1)) * nearest
    unknown = unknown_scores(meaning, spelling, linear_scores, blend=blend, truths=truths, alike=alike)
    is_right = shares.argmax(axis=1) == truths
    thresholds = chosen_thresholds(
        confidence, known, is_right, unknown=unknown, calibrator=calibrator, error_budget=error_budget
    )
    figures = cross_validated_figures(shares, truths, confidence=confidence, known=known, thresholds=thresholds)
    return FieldModel(
        embedder=embedder,
        labels=labels,
        items=tuple(example.item for example in examples),
        truths=truths,
        vectors=vectors.astype(np.float16),
        vocabulary=vocabulary,
        index=index,
        meaning=meaning.duals,
        spelling=spelling.duals,
        linear=linear,
        blend=blend,
        gamma=gamma,
        calibrator=calibrator,
        thresholds=thresholds,
        figures=figures | {"gamma": gamma, "ridge": ridge, "blend": [round(float(weight), 3) for weight in blend]},
    )


def balanced_folds(truths: Ints) -> Ints:
    """Return each example's fold, 0..9: every label's examples are dealt out evenly, so that a fold left out shrinks
    all labels alike and none is put at a disadvantage."""
    folds = np.zeros(len(truths), np.int32)
    chance = np.random.default_rng(0)
    for label in np.unique(truths):
        rows = chance.permutation(np.flatnonzero(truths == label))
        # Small labels begin anywhere, or fold 0 would hold all labels with one example.
        folds[rows] = (np.arange(len(rows)) + (0 if len(rows) >= _FOLDS else int(label))) % _FOLDS
    return folds


def _inverse(kernel: Floats, ridge: float) -> Floats:
    """The inverse of a kernel matrix with a ridge, by Cholesky in place: n³ float32 operations."""
    matrix = np.array(kernel, np.float32, order="F")
    matrix[np.diag_indices_from(matrix)] += ridge
    factor, failed = lapack.spotrf(matrix, lower=1, overwrite_a=1)
    if failed:
        raise ValueError("the kernel is not positive definite")
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    whole: Floats = np.tril(inverse) + np.tril(inverse, -1).T
    return whole


def _rows_of(texts: Sequence[str]) -> tuple[Vocabulary, Any]:
    vocabulary = learn_vocabulary(texts)
    rows: list[SparseRow] = [vocabulary.row(text) for text in texts]
    starts = np.concatenate(([0], np.cumsum([len(row.places) for row in rows])))
    places = np.concatenate([row.places for row in rows])
    weights = np.concatenate([row.weights for row in rows])
    return vocabulary, csr_matrix((weights, places, starts), shape=(len(texts), len(vocabulary.codes)))


def _index_of(rows: Any, terms: int) -> SparseIndex:
    turned = rows.tocsc()
    return SparseIndex(
        turned.indptr.astype(np.int64),
        turned.indices.astype(np.int32),
        turned.data.astype(np.float32),
        int(rows.shape[0]),
    )


def _loss(scores: Floats, truths: Ints) -> float:
    """Mean negative log-likelihood, at the best of some temperatures."""
    rows = np.arange(len(truths))
    tried = (softmax(scores * scale)[rows, truths] for scale in np.geomspace(2, 40, 12))
    return min(float(-np.log(np.clip(shares, 1e-9, 1)).mean()) for shares in tried)


def _chosen_meaning(cosines: Floats, targets: Floats, truths: Ints, folds: Ints) -> tuple[float, float]:
    """The width of the kernel and the ridge with the least loss out of fold, on at most 1,500 examples."""
    few = _choosing(folds)
    part = cosines[np.ix_(few, few)]
    losses = {}
    for gamma in _GAMMAS:
        kernel = np.exp(-2 * gamma * (1 - part))
        for ridge in _RIDGES:
            scores = Ridge(kernel, targets[few], ridge).out_of_fold(folds[few])
            losses[gamma, ridge] = _loss(scores, truths[few])
    return min(losses, key=lambda pair: losses[pair])


def _chosen_spelling(spelled: Floats, targets: Floats, truths: Ints, folds: Ints) -> float:
    few = _choosing(folds)
    kernel = np.exp(SPELLING_SHARPNESS * (spelled[np.ix_(few, few)] - 1))
    losses = {}
    for ridge in _RIDGES:
        losses[ridge] = _loss(Ridge(kernel, targets[few], ridge).out_of_fold(folds[few]), truths[few])
    return min(losses, key=lambda ridge: losses[ridge])


def _choosing(folds: Ints) -> NDArray[np.intp]:
    """Every so many examples: all folds are in it, in like parts."""
    order = np.argsort(folds, kind="stable")
    step = -(-len(folds) // _CHOOSING_EXAMPLES)
    return np.sort(order[::step])


def _linear(vectors: Floats, truths: Ints, folds: Ints, labels: int) -> tuple[Floats, Floats]:
    """The logistic regression's weights (385, c) and its log-shares out of fold (n, c); what it never saw is rare."""
    held_out = np.full((len(truths), labels), -9.0, np.float32)
    for fold in range(_LINEAR_FOLDS):
        rest = folds % _LINEAR_FOLDS != fold
        if len(np.unique(truths[rest])) < 2 or rest.all():
            continue
        weights = _fitted(vectors[rest], truths[rest], labels)
        held_out[~rest] = vectors[~rest] @ weights[:-1] + weights[-1]
    return _fitted(vectors, truths, labels), held_out


def _fitted(vectors: Floats, truths: Ints, labels: int) -> Floats:
    model = LogisticRegression(C=_LINEAR_C, max_iter=100, tol=1e-3).fit(vectors, truths)
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        coefficients, intercepts = np.vstack([-coefficients, coefficients]) / 2, np.array([-1, 1]) * intercepts / 2
    weights = np.zeros((vectors.shape[1] + 1, labels), np.float32)
    # A label that these examples lack must not win by having no weights.
    weights[-1] = float(intercepts.min()) - 9.0
    weights[:-1, model.classes_] = coefficients.T
    weights[-1, model.classes_] = intercepts
    return weights


def _blend(held_out: Floats, truths: Ints) -> Floats:
    """Weights (3,), none negative, with the least loss out of fold; they hold the temperature too."""
    rows = np.arange(len(truths))

    def loss(logs: NDArray[np.float64]) -> float:
        shares = softmax(np.tensordot(np.exp(logs).astype(np.float32), held_out, axes=1))
        # The pull is on the proportions alone: few examples must not silence an expert, but do set the temperature.
        moved = logs - start
        pull = _PULL / len(truths) * ((moved - moved.mean()) ** 2).sum()
        return float(-np.log(np.clip(shares[rows, truths], 1e-9, 1)).mean() + pull)

    start = np.log([12.0, 2.0, 0.3])
    found = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 120, "xatol": 0.02, "fatol": 1e-4})
    weights: Floats = np.exp(found.x).astype(np.float32)
    return weights


def _calibrator(shares: Floats, nearest: Floats, truths: Ints) -> Floats:
    """Weights (5,) of `certainty`."""
    features = certainty_features(shares, nearest)
    is_right = shares.argmax(axis=1) == truths
    # Without this, a model that was always right in few examples would be certain of everything.
    doubted = np.concatenate([features, features.mean(axis=0, keepdims=True).repeat(2, axis=0)])
    answers = np.concatenate([is_right, [True, False]])
    model = LogisticRegression(C=1.0, fit_intercept=False, max_iter=500).fit(doubted, answers)
    weights: Floats = model.coef_[0].astype(np.float32)
    return weights
