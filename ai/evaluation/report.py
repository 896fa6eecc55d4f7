"""The HTML report of an evaluation: figures with their intervals, classes, confusions, reliability, abstention."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from ai.local.decision import calibration_error

Row = Mapping[str, Any]
_UNKNOWN = "__oos__"
_BINS, _PAIRS = 15, 25
_SIDE = 320
_STYLE = "body{font:15px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}"
_STYLE += "td,th{padding:.2rem .8rem .2rem 0;text-align:left}svg{border:1px solid #999;background:#fff}"


@dataclass(frozen=True)
class Judged:
    """One prediction beside the truth."""

    truth: str
    label: str
    confidence: float
    is_applied: bool

    @property
    def is_right(self) -> bool:
        return self.truth == self.label


def outcomes(gold: Sequence[Row], predictions: Sequence[Row], *, key: str) -> list[Judged]:
    """Return what was predicted of each gold row, in its order; a missing prediction is wrong and not applied."""
    by_id = {row["id"]: row for row in predictions}
    found = []
    for row in gold:
        said = by_id.get(row["id"], {})
        confidence = said.get("confidence", 0.0)
        number = confidence.get(key, 0.0) if isinstance(confidence, Mapping) else float(confidence or 0)
        is_applied = bool(said) and not said.get("abstain", False) and said.get(key) != _UNKNOWN
        found.append(Judged(str(row[key]), str(said.get(key, "")), number, is_applied))
    return found


def wilson(successes: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927); (0, 1) of nothing."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, successes / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, float(middle - reach)), min(1.0, float(middle + reach))


def class_table(found: Sequence[Judged]) -> list[tuple[str, int, float, float, float]]:
    """Return (label, count, precision, recall, F1) of each true label, worst F1 first."""
    rows = []
    for label in {one.truth for one in found} - {_UNKNOWN}:
        hit = sum(one.is_right and one.truth == label for one in found)
        said = sum(one.label == label and one.truth != _UNKNOWN for one in found)
        true = sum(one.truth == label for one in found)
        rows.append((label, true, hit / said if said else 0.0, hit / true, 2 * hit / (said + true)))
    return sorted(rows, key=lambda row: (row[4], row[0]))


def report_html(
    task: str, gold: Sequence[Row], predictions: Sequence[Row], *, key: str, notes: Mapping[str, Any]
) -> str:
    """Return one page, without scripts and without the texts of the messages."""
    found = outcomes(gold, predictions, key=key)
    inside = [one for one in found if one.truth != _UNKNOWN]
    classes = class_table(found)
    pairs = Counter((one.truth, one.label) for one in inside if not one.is_right).most_common(_PAIRS)
    parts = [
        f"<h1>{escape(task)}: {escape(key)}</h1>",
        _table(("figure", "value"), _figures(found, inside, classes) + [(name, str(notes[name])) for name in notes]),
        "<h2>Reliability</h2>",
        _reliability_svg(inside),
        "<h2>Error by coverage</h2>",
        _abstention_svg(found),
        "<h2>Labels</h2>",
        _table(
            ("label", "n", "precision", "recall", "F1"),
            [(row[0], str(row[1]), *(f"{share:.3f}" for share in row[2:])) for row in classes],
        ),
        "<h2>Most confused</h2>",
        _table(("truth", "said", "n"), [(truth, said, str(count)) for (truth, said), count in pairs]),
    ]
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(task)}</title><style>{_STYLE}</style>'
    return head + "\n".join(parts)


def _figures(
    found: Sequence[Judged], inside: Sequence[Judged], classes: Sequence[tuple[str, int, float, float, float]]
) -> list[tuple[str, ...]]:
    right = sum(one.is_right for one in inside)
    applied = [one for one in found if one.is_applied]
    wrong = sum(not one.is_right for one in applied)
    unknown = [one for one in found if one.truth == _UNKNOWN]
    error = calibration_error(
        np.array([one.confidence for one in inside], np.float32), np.array([one.is_right for one in inside], np.bool_)
    )
    rows: list[tuple[str, ...]] = [
        ("accuracy", _share(right, len(inside))),
        ("macro F1", f"{sum(row[4] for row in classes) / max(len(classes), 1):.4f}"),
        ("calibration error", f"{error:.4f}"),
        ("applied (coverage)", _share(len(applied), len(found))),
        ("error of what is applied", _share(wrong, len(applied))),
    ]
    if unknown:
        rows.append(("fits nothing, and held back", _share(sum(not one.is_applied for one in unknown), len(unknown))))
    return rows


def _share(successes: int, of: int) -> str:
    low, high = wilson(successes, of)
    return f"{successes / of if of else 0:.4f} (n {of}, 95 % {low:.3f} to {high:.3f})"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["<tr>" + "".join(f"<th>{escape(name)}</th>" for name in head) + "</tr>"]
    lines += ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    return "<table>" + "".join(lines) + "</table>"


def _reliability_svg(inside: Sequence[Judged]) -> str:
    """Accuracy over confidence, a disc a bin, its area by its count; the diagonal is perfect."""
    discs = []
    for number in range(_BINS):
        part = [one for one in inside if number < one.confidence * _BINS <= number + 1]
        if part:
            x = _SIDE * sum(one.confidence for one in part) / len(part)
            y = _SIDE * (1 - sum(one.is_right for one in part) / len(part))
            discs.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2 + 18 * (len(part) / len(inside)) ** 0.5:.1f}"/>')
    line = f'<path d="M0 {_SIDE}L{_SIDE} 0" stroke="#999"/>'
    return _svg(line + f'<g fill="#36c" fill-opacity=".6">{"".join(discs)}</g>', "accuracy over confidence")


def _abstention_svg(found: Sequence[Judged]) -> str:
    """Error of the most confident part over the size of that part; the whole height is an error of one half."""
    ordered = sorted(found, key=lambda one: -one.confidence)
    wrong, points = 0, []
    for count, one in enumerate(ordered, start=1):
        wrong += not one.is_right
        points.append(f"{_SIDE * count / len(ordered):.1f},{_SIDE * (1 - min(1.0, 2 * wrong / count)):.1f}")
    return _svg(f'<polyline points="{" ".join(points)}" fill="none" stroke="#36c"/>', "error by coverage")


def _svg(content: str, title: str) -> str:
    opening = f'<svg width="{_SIDE}" height="{_SIDE}" viewBox="0 0 {_SIDE} {_SIDE}" role="img" aria-label="{title}">'
    return opening + content + "</svg>"
