import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.ai.local.examples import examples, folder_of


def run(task: str, folder: Path, **options: object) -> list[dict[str, Any]]:
    call_command("evaluate_ai", task=task, dataset=folder, out=folder / "out" / "predictions.jsonl", **options)
    return [json.loads(line) for line in (folder / "out" / "predictions.jsonl").read_text().splitlines()]


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def classified_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("django.conf.settings.DATA_DIR", tmp_path / "data")
    history = [
        {"id": one.item, "text": one.text, "label": one.label, "rank": number % 24}
        for number, one in enumerate(examples())
    ]
    inputs = [
        {"id": "a", "text": "Please refund the wrench."},
        {"id": "b", "text": "Where is the parcel with my wrench?"},
    ]
    return folder_of(tmp_path, history=lines(history), inputs=lines(inputs))


def test_classification_predicts_every_input_without_gold(
    classified_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ai.local.embedding._PACKAGE", "no_such_package_of_weights")

    found = run("cls_small", classified_folder, shots=12)

    assert [(row["id"], row["label"]) for row in found] == [("a", "refund"), ("b", "delivery")]
    assert all(0 <= row["confidence"] <= 1 and isinstance(row["abstain"], bool) for row in found)


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("triage_multilingual", {"language": "en", "category": "delivery"}),
        ("sentiment", {"label": "neutral"}),
        ("langid", {"language": "en"}),
    ],
)
def test_tasks_without_history(
    task: str, expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.DATA_DIR", tmp_path / "data")
    folder = folder_of(
        tmp_path, inputs=lines([{"id": "a", "text": "The courier brings the parcel tomorrow morning."}])
    )

    [found] = run(task, folder)

    assert expected.items() <= found.items()


def test_unknown_task_and_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No task"):
        run("dance", tmp_path)
    with pytest.raises(CommandError, match=r"inputs\.jsonl"):
        run("langid", tmp_path)


@pytest.mark.shared
def test_shared_triage_keeps_its_goals(shared_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few messages: the goals are measured by score.py; this holds what the seeds reach."""
    monkeypatch.setattr("django.conf.settings.DATA_DIR", tmp_path / "data")
    folder = shared_dir / "ai" / "triage_multilingual"
    if not folder.is_dir():
        pytest.skip("the shared AI data is not there")
    call_command("evaluate_ai", task=folder.name, dataset=folder, out=tmp_path / "predictions.jsonl")

    gold = [json.loads(line) for line in (folder / "gold.jsonl").read_text().splitlines()]
    found = [json.loads(line) for line in (tmp_path / "predictions.jsonl").read_text().splitlines()]
    right = [row["category"] == true["category"] for row, true in zip(found, gold, strict=True)]
    assert sum(right) / len(right) >= 0.75
