"""From cross-validated scores to thresholds: what is applied, suggested, or asked."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ai.local.field_model import Floats, Thresholds, certainty, softmax

if TYPE_CHECKING:
    from ai.local.training import Ridge

Bools = NDArray[np.bool_]
# Of a queue's messages that are assumed to fit none of the account's labels, whose history has none of those.
_UNKNOWN_SHARE = 0.04
# The familiarity that lets pass at most so many messages of a label that the model has not seen, ...
_UNKNOWN_PASSED = 0.12
# ... unless it would hold back more than this share of what the model gets right.
_KNOWN_HELD_BACK = 0.08
# Cross-validation is an estimate; the rest of the budget is for its error.
_BUDGET_USED = 0.85
_LEAST_APPLIED = 20
_BINS = 15


def unknown_scores(
    meaning: "Ridge", spelling: "Ridge", linear: Floats, *, blend: Floats, truths: NDArray[np.int32], alike: Floats
) -> tuple[Floats, Floats]:
    """Return what the model would say of messages whose label it does not have: shares (n, c) of the other labels and
    the nearest likeness (n,), each label left out in turn."""
    shares = np.zeros_like(linear)
    nearest = np.zeros(len(truths), np.float32)
    for label in np.unique(truths):
        rows = np.flatnonzero(truths == label)
        others = np.flatnonzero(np.arange(linear.shape[1]) != label)
        scores = blend[0] * meaning.without(rows) + blend[1] * spelling.without(rows) + blend[2] * linear[rows]
        shares[np.ix_(rows, others)] = softmax(scores[:, others])
        nearest[rows] = alike[rows][:, truths != label].max(axis=1)
    return shares, nearest


def chosen_thresholds(
    confidence: Floats,
    known: Floats,
    is_right: Bools,
    *,
    unknown: tuple[Floats, Floats],
    calibrator: Floats,
    error_budget: float,
) -> Thresholds:
    """Return the lowest thresholds whose expected error, unknown messages included, stays within the budget; none is
    ever applied if no threshold does."""
    shares, nearest = unknown
    unfamiliar = np.sqrt(shares.max(axis=1)) * nearest
    wanted = float(np.quantile(unfamiliar, 1 - _UNKNOWN_PASSED))
    bearable = float(np.quantile(known[is_right], _KNOWN_HELD_BACK)) if is_right.any() else wanted
    familiarity = min(wanted, bearable)
    mistaken = certainty(shares, nearest, calibrator)[unfamiliar >= familiarity]
    is_open = known >= familiarity
    held, right = confidence[is_open], is_right[is_open]
    for threshold in np.unique(np.round(held, 3)):
        applied = held >= threshold
        if applied.sum() < min(_LEAST_APPLIED, len(confidence) // 4):
            break
        wrong = (1 - _UNKNOWN_SHARE) * float((applied & ~right).sum()) / len(confidence)
        wrong += _UNKNOWN_SHARE * float((mistaken >= threshold).sum()) / len(nearest)
        whole = wrong + (1 - _UNKNOWN_SHARE) * float((applied & right).sum()) / len(confidence)
        if wrong <= error_budget * _BUDGET_USED * whole:
            return Thresholds(float(threshold), familiarity)
    return Thresholds(familiarity=familiarity)


def cross_validated_figures(
    shares: Floats, truths: NDArray[np.int32], *, confidence: Floats, known: Floats, thresholds: Thresholds
) -> dict[str, Any]:
    """Return accuracy, calibration error, and error and coverage of what would be applied, all out of fold."""
    is_right = shares.argmax(axis=1) == truths
    applied = (confidence >= thresholds.confidence) & (known >= thresholds.familiarity)
    return {
        "examples": len(truths),
        "accuracy": round(float(is_right.mean()), 4),
        "calibration_error": round(calibration_error(confidence, is_right), 4),
        "coverage": round(float(applied.mean()), 4),
        "applied_error": round(float((~is_right[applied]).mean()), 4) if applied.any() else None,
    }


def calibration_error(confidence: Floats, is_right: Bools) -> float:
    """Return the expected calibration error over 15 bins of equal width (Guo et al. 2017, equation 3)."""
    bins = np.clip(np.ceil(confidence * _BINS) - 1, 0, _BINS - 1)
    gaps = [
        float((bins == number).mean())
        * abs(float(is_right[bins == number].mean() - confidence[bins == number].mean()))
        for number in np.unique(bins)
    ]
    return sum(gaps)
