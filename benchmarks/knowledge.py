"""Searching the knowledge of an account: 20,000 passages by words and vectors, and what the index of vectors misses.

Words follow Zipf's law, as those of languages do; vectors lie near a surface of 32 dimensions, as those of texts do.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from django.contrib.postgres.search import SearchVector
from django.core.management import call_command
from django.db import connection
from django.db.models import Value
from django.utils import timezone

from accounts.actions.create_account import create_account
from ai.article_index import DICTIONARIES, count_words_of
from ai.enums import ArticleStatus
from ai.local.embedding import DIMENSIONS, Vectors
from ai.models import Article, ArticleChunk, ChunkVector
from ai.queries import knowledge_search
from ai.queries.knowledge_search import SearchMode, search_chunks
from ai.retrieval.vectors import knowledge_embedder
from benchmarks.measuring import HEADER, measure, table
from hummdesk.tenancy.context import account_context

ARTICLES, CHUNKS_EACH, WORDS_EACH, VOCABULARY = 2_000, 10, 140, 20_000
QUERIES, QUERY_WORDS, LATENT = 200, 10, 32
GOAL_SEARCH_MS, GOAL_RECALL = 40, 0.98


class DrawnVectors:
    """An embedder whose vectors are drawn, those of questions as those of passages are."""

    def __init__(self, name: str, dice: np.random.Generator) -> None:
        self.name = name
        self._dice = dice
        self._surface = dice.standard_normal((LATENT, DIMENSIONS))
        self._centres = dice.standard_normal((300, LATENT))

    def encode(self, texts: Sequence[str], *, most_tokens: int = 0) -> Vectors:
        near = self._centres[self._dice.integers(len(self._centres), size=len(texts))]
        points = near + 0.7 * self._dice.standard_normal(near.shape)
        vectors = points @ self._surface + 0.5 * self._dice.standard_normal((len(texts), DIMENSIONS))
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def run(_conversations: int, output: Path) -> None:
    """The figures are printed and written to `output`."""
    call_command("migrate_accounts", verbosity=0)
    account = create_account(name="Bench", slug="bench-knowledge")
    embedder = knowledge_embedder()
    drawn = DrawnVectors(embedder.name, np.random.default_rng(1))
    dice = random.Random(1)
    words = [f"w{number}" for number in range(VOCABULARY)]
    weights = [1 / (number + 10) for number in range(VOCABULARY)]
    questions = [" ".join(dice.choices(words, weights, k=QUERY_WORDS)) for _number in range(QUERIES)]
    with account_context(account):
        _fill(drawn, words, weights, dice)
        measures = [
            measure(
                mode.value,
                lambda number, mode=mode: search_chunks(  # type: ignore[misc]
                    questions[number], limit=10, public_only=True, language="en", mode=mode
                ),
                runs=QUERIES,
                goal=f"p95 {GOAL_SEARCH_MS}" if mode is SearchMode.HYBRID else "",
            )
            for mode in SearchMode
        ]
        recall = _index_recall(drawn)
    print(table([HEADER, *(one.as_row() for one in measures)]))
    print(f"the index finds {recall:.4f} of the ten nearest (goal {GOAL_RECALL})")
    figures = {"measures": [asdict(one) for one in measures], "index_recall_at_10": recall}
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(figures, indent=2))


def _fill(embedder: DrawnVectors, words: Sequence[str], weights: Sequence[float], dice: random.Random) -> None:
    articles = Article.objects.bulk_create(
        Article(title=f"Article {n}", status=ArticleStatus.PUBLISHED, published_at=timezone.now())
        for n in range(ARTICLES)
    )
    for start in range(0, ARTICLES, 100):
        chunks = [
            _chunk(article, place, " ".join(dice.choices(words, weights, k=WORDS_EACH)))
            for article in articles[start : start + 100]
            for place in range(CHUNKS_EACH)
        ]
        ArticleChunk.objects.bulk_create(chunks)
        count_words_of([chunk.id for chunk in chunks], times=1)
        vectors = embedder.encode([""] * len(chunks))
        ChunkVector.objects.bulk_create(
            ChunkVector(chunk=chunk, language="en", is_public=True, model=embedder.name, embedding=vector)
            for chunk, vector in zip(chunks, vectors, strict=True)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ai_articlechunk, ai_chunkvector, ai_lexemetally")


def _chunk(article: Article, place: int, text: str) -> ArticleChunk:
    return ArticleChunk(
        article=article,
        position=place,
        heading_path=article.title,
        text=text,
        language="en",
        is_public=True,
        content_hash="",
        words=SearchVector(Value(text), config=DICTIONARIES["en"]),
        word_count=WORDS_EACH,
    )


def _index_recall(embedder: DrawnVectors) -> float:
    """Return the share of the ten nearest by comparing all that the index finds too."""
    found = 0
    questions = embedder.encode([""] * QUERIES)
    for vector in questions:
        fixed = FixedVector(embedder.name, vector)
        nearest = []
        for exact_up_to in (10**9, 0):
            knowledge_search.EXACT_UP_TO = exact_up_to
            rows = search_chunks("any", limit=10, public_only=True, mode=SearchMode.SEMANTIC, embedder=fixed)
            nearest.append({row.chunk_id for row in rows})
        found += len(nearest[0] & nearest[1])
    return found / (10 * QUERIES)


class FixedVector:
    """An embedder that knows one vector."""

    def __init__(self, name: str, vector: Vectors) -> None:
        self.name = name
        self._vector = vector

    def encode(self, texts: Sequence[str], *, most_tokens: int = 0) -> Vectors:
        return self._vector[None, :]
