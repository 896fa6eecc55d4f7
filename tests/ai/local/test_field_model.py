import numpy as np
import pytest

from ai.local.field_model import APPLIED, FieldModel, FieldReading
from tests.ai.local.examples import EMBEDDER, labelled, small_model


def read(model: FieldModel, text: str) -> FieldReading:
    return model.read(text, EMBEDDER.encode([text])[0])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Where is the parcel with my wrench?", "delivery"),
        ("Please refund the wrench.", "refund"),
        ("The invoice for the wrench is wrong.", "invoice"),
    ],
)
def test_message_like_labelled_ones_gets_their_label_and_a_reason(text: str, label: str) -> None:
    reading = read(small_model(), text)

    assert reading.label == label
    assert reading.band == APPLIED
    assert 0 < reading.confidence <= 1
    assert sum(share for _label, share in reading.ranking) == pytest.approx(1, abs=1e-4)
    assert [near.label for near in reading.neighbours] == [label] * 3
    assert set(reading.terms) & {"parcel", "refund", "invoice"}


def test_message_that_fits_nothing_is_not_applied() -> None:
    reading = read(small_model(), "Zygomorphic quartz hums beneath violet xylophones")

    assert reading.band != APPLIED


def test_message_without_words_is_read() -> None:
    reading = read(small_model(), "")

    assert reading.band != APPLIED
    assert np.isfinite(reading.confidence)


def test_model_survives_as_bytes() -> None:
    model = small_model()

    stored = FieldModel.from_bytes(model.to_bytes())

    text = "My ladder was delivered late."
    before, after = read(model, text), read(stored, text)
    assert after.label == before.label
    assert after.band == before.band
    assert after.confidence == pytest.approx(before.confidence, abs=0.02)
    assert stored.figures == model.figures


def test_bytes_of_another_format_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = small_model().to_bytes()
    monkeypatch.setattr("ai.local.field_model.FORMAT", 99)

    with pytest.raises(ValueError, match="format"):
        FieldModel.from_bytes(data)


def test_correction_is_known_at_once_with_a_label_that_is_new() -> None:
    corrected = small_model().with_corrections([labelled("900", "Where is the parcel with my wrench?", "lost_parcel")])

    same = read(corrected, "Where is the parcel with my wrench?")
    other = read(corrected, "Please refund the hammer.")

    assert (same.label, same.neighbours[0].item) == ("lost_parcel", "900")
    assert same.confidence > 0.9
    assert other.label == "refund"


def test_newest_of_two_corrections_of_a_message_counts() -> None:
    text = "I paid the hammer twice."
    first, second = labelled("901", text, "refund"), labelled("901", text, "delivery")

    corrected = small_model().with_corrections([first, second])

    assert read(corrected, text).label == "delivery"
