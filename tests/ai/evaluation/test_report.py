import pytest

from ai.evaluation.report import class_table, outcomes, report_html, wilson

GOLD = [
    {"id": "1", "label": "a"},
    {"id": "2", "label": "b"},
    {"id": "3", "label": "__oos__"},
    {"id": "4", "label": "a"},
]
PREDICTIONS = [
    {"id": "1", "label": "a", "confidence": 0.9, "abstain": False},
    {"id": "2", "label": "a", "confidence": 0.4, "abstain": True},
    {"id": "3", "label": "b", "confidence": 0.3, "abstain": True},
]


def test_missing_prediction_is_wrong_and_not_applied() -> None:
    found = outcomes(GOLD, PREDICTIONS, key="label")

    assert [(one.is_right, one.is_applied) for one in found] == [
        (True, True),
        (False, False),
        (False, False),
        (False, False),
    ]


def test_classes_have_precision_and_recall() -> None:
    table = {row[0]: row[1:] for row in class_table(outcomes(GOLD, PREDICTIONS, key="label"))}

    assert table["a"] == (2, 0.5, 0.5, 0.5)
    assert table["b"] == (1, 0.0, 0.0, 0.0)


def test_interval_of_a_share() -> None:
    assert wilson(8, 10) == pytest.approx((0.490, 0.943), abs=0.001)
    assert wilson(0, 0) == (0.0, 1.0)


def test_page_tells_figures_and_escapes_labels() -> None:
    gold = [*GOLD, {"id": "5", "label": "<b>"}]

    page = report_html("cls_small", gold, PREDICTIONS, key="label", notes={"cpu_s": 1})

    assert "0.2500 (n 4" in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert page.count("<svg") == 2
