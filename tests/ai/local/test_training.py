import numpy as np
import pytest

from ai.local.apart import TrainingFailed, train_apart
from ai.local.field_model import LabelledText
from ai.local.training import Ridge, balanced_folds, train_field_model
from tests.ai.local.examples import EMBEDDER, examples, small_model


def test_figures_are_those_of_a_cross_validation() -> None:
    figures = small_model().figures

    assert figures["examples"] == 72
    assert figures["accuracy"] > 0.8
    assert figures["applied_error"] <= 0.08
    assert 0 < figures["coverage"] <= 1


def test_scores_without_some_rows_are_those_of_a_model_that_never_saw_them() -> None:
    chance = np.random.default_rng(1)
    points = chance.normal(size=(30, 4)).astype(np.float32)
    kernel = points @ points.T + np.eye(30, dtype=np.float32)
    targets = chance.normal(size=(30, 2)).astype(np.float32)
    held, rest = np.arange(5), np.arange(5, 30)

    closed = Ridge(kernel, targets, 0.3).without(held)

    refitted = Ridge(kernel[np.ix_(rest, rest)], targets[rest], 0.3).duals
    assert closed == pytest.approx(kernel[np.ix_(held, rest)] @ refitted, abs=1e-3)


def test_folds_deal_out_every_label_evenly() -> None:
    truths = np.repeat(np.arange(3, dtype=np.int32), 20)

    folds = balanced_folds(truths)

    assert {
        (label, fold): int(((truths == label) & (folds == fold)).sum()) for label in range(3) for fold in range(10)
    } == {(label, fold): 2 for label in range(3) for fold in range(10)}


@pytest.mark.parametrize("some", [examples()[:5], examples()[:24]], ids=["five examples", "one label"])
def test_too_few_labels_are_refused(some: list[LabelledText]) -> None:
    with pytest.raises(ValueError, match="too few"):
        train_field_model(some, embedder=EMBEDDER.name)


def test_label_with_a_single_example_does_not_stop_the_training() -> None:
    lonely = examples()[:49]

    model = train_field_model(lonely, embedder=EMBEDDER.name)

    assert model.labels == ("delivery", "invoice", "refund")


def test_process_of_its_own_makes_the_same_model() -> None:
    model = train_apart(examples(), embedder=EMBEDDER.name)

    assert model.figures == small_model().figures


def test_process_of_its_own_that_fails_says_so() -> None:
    with pytest.raises(TrainingFailed):
        train_apart(examples()[:3], embedder=EMBEDDER.name)
