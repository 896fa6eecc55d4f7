"""The goals of issue 7 on the development sets; vectors of the English one take a minute of one core."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ai.evaluation.dataset import Dataset
from ai.evaluation.retrieval import borrowed_knowledge, ranked_documents
from ai.queries.knowledge_search import SearchMode
from ai.retrieval.vectors import knowledge_embedder, reads_english

SHARED = Path("/work/shared/ai")
pytestmark = [pytest.mark.django_db, pytest.mark.shared]


def _figures(dataset: Dataset, predictions: Iterable[Mapping[str, Any]]) -> tuple[float, float]:
    """Recall at 5 and nDCG at 10, as score.py counts them."""
    gold = {row["id"]: set(row["relevant"]) for row in dataset.rows("gold")}
    found = {row["id"]: row["ranked"] for row in predictions}
    recalls = [len(set(found[query][:5]) & wanted) / len(wanted) for query, wanted in gold.items()]
    gains = [_ndcg(found[query][:10], wanted) for query, wanted in gold.items()]
    return sum(recalls) / len(gold), sum(gains) / len(gold)


def _ndcg(ranked: Sequence[str], wanted: set[str]) -> float:
    gain = sum(1 / math.log2(place + 2) for place, document in enumerate(ranked) if document in wanted)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(len(wanted), 10)))


@pytest.mark.parametrize(
    ("task", "recall", "ndcg"),
    [("retrieval_sv", 0.93, 0.89), ("retrieval_fi", 0.99, 0.98), ("retrieval_product_docs", 0.80, 0.81)],
)
def test_articles_are_found(task: str, recall: float, ndcg: float, record_property: Any) -> None:
    folder = SHARED / task
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    if not reads_english(knowledge_embedder()):
        pytest.skip("the embedding model is not installed")

    dataset, embedder = Dataset(folder), knowledge_embedder()
    with borrowed_knowledge(dataset.rows("docs"), embedder) as documents:
        figures = {
            mode: _figures(dataset, ranked_documents(dataset.rows("inputs"), documents, embedder, mode=mode))
            for mode in SearchMode
        }
    print(task, {mode.value: tuple(round(one, 3) for one in both) for mode, both in figures.items()})  # noqa: T201
    record_property("figures", figures)

    found_recall, found_ndcg = figures[SearchMode.HYBRID]
    halves = [figures[SearchMode.KEYWORD], figures[SearchMode.SEMANTIC]]
    assert found_recall >= recall
    assert found_ndcg >= ndcg
    assert found_recall >= max(one for one, _ndcg in halves) - 0.01
