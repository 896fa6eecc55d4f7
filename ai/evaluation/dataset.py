"""A folder of a task: an account's history and knowledge, and inputs to predict. Gold is read by the report alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Dataset:
    """`history.jsonl`, `docs.jsonl`, `inputs.jsonl`, `gold.jsonl` of a folder; one that is missing is empty."""

    folder: Path

    def rows(self, name: str) -> Sequence[Row]:
        """Return the rows of `<name>.jsonl`, in the order of the file."""
        path = self.folder / f"{name}.jsonl"
        if not path.is_file():
            return []
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]

    def history(self, shots: int | None = None) -> Sequence[Row]:
        """Return the labelled past; with `shots`, the first so many of each label (`rank` below it)."""
        return [row for row in self.rows("history") if shots is None or row["rank"] < shots]
