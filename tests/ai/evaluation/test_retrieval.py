"""How well articles are found, by the code that agents use."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ai.evaluation.dataset import Dataset
from ai.evaluation.retrieval import borrowed_knowledge, ranked_documents
from ai.queries.knowledge_search import SearchMode
from ai.retrieval.vectors import knowledge_embedder, reads_english

QUESTIONS = 60
pytestmark = [pytest.mark.django_db, pytest.mark.shared]


def _recall_at_5(dataset: Dataset, predictions: Iterable[Mapping[str, Any]]) -> float:
    gold = {row["id"]: set(row["relevant"]) for row in dataset.rows("gold")}
    found = {row["id"]: set(row["ranked"][:5]) for row in predictions}
    return sum(len(found[query] & gold[query]) / len(gold[query]) for query in found) / len(found)


def test_articles_are_found(shared_dir: Path) -> None:
    """All articles of the Swedish set, some of its questions; `manage.py evaluate_ai` gives the figures of all."""
    embedder = knowledge_embedder()
    if not reads_english(embedder):
        pytest.skip("the embedding model is not installed")

    dataset = Dataset(shared_dir / "ai" / "retrieval_sv")
    questions = list(dataset.rows("inputs"))[:QUESTIONS]
    with borrowed_knowledge(dataset.rows("docs"), embedder) as documents:
        recalls = {
            mode: _recall_at_5(dataset, ranked_documents(questions, documents, embedder, mode=mode))
            for mode in SearchMode
        }

    assert recalls[SearchMode.HYBRID] >= 0.85
    assert recalls[SearchMode.HYBRID] >= max(recalls.values()) - 0.05
