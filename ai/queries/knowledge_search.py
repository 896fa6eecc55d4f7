"""Finding passages by their words and by what they mean.

Raw SQL: the ORM has no way to score by BM25, nor to say how an index of vectors is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from pgvector import Vector

from ai.article_index import ALL_CHUNKS, ALL_WORDS, DICTIONARIES
from ai.local.embedding import MESSAGE_TOKENS, Embedder
from ai.retrieval.ranking import (
    BM25_B,
    BM25_K1,
    CANDIDATES,
    Ranked,
    Scores,
    WeighedLexeme,
    best_bm25,
    likeness_share,
    mix,
    weigh_lexemes,
)
from ai.retrieval.vectors import knowledge_embedder, reads_english
from conversations.language import detect_language
from hummdesk.clean_text import clean_text

QUERY_CHARS = 2_000
# Beyond so many passages an index finds the nearest ones; below, all are compared, which misses none.
EXACT_UP_TO = 50_000
# How many the index looks at: 0.98 of the true ten nearest, measured by benchmarks/knowledge.py.
HNSW_EF_SEARCH = 200
# Passages whose words are weighed. Stems that occur in more of them tell little, and are weighed with the others only.
WEIGHED_CHUNKS = 1_500


class SearchMode(StrEnum):
    """Which halves are asked."""

    HYBRID = "hybrid"
    SEMANTIC = "semantic"
    KEYWORD = "keyword"


@dataclass(frozen=True)
class FoundChunk:
    """A passage of an answer; `heading_path` begins with the article's title."""

    chunk_id: UUID
    article_id: UUID
    title: str
    heading_path: str
    text: str
    language: str
    is_public: bool
    ranked: Ranked


@dataclass(frozen=True)
class _Reach:
    """What may be found: in this language, or any (""), and by strangers, or by agents too."""

    language: str
    public_only: bool

    @property
    def condition(self) -> str:
        """SQL on the columns that passages and vectors share."""
        parts = ["language = %(language)s"] if self.language else []
        parts += ["is_public"] if self.public_only else []
        return " AND ".join(parts) or "true"


@dataclass(frozen=True)
class _Asked:
    """A question: its stems, the rarest first, and how many passages and words there are in all."""

    lexemes: Sequence[WeighedLexeme]
    chunk_total: int
    mean_words: float


def search_chunks(
    text: str,
    *,
    limit: int,
    public_only: bool,
    language: str = "",
    mode: SearchMode = SearchMode.HYBRID,
    embedder: Embedder | None = None,
) -> Sequence[FoundChunk]:
    """Return the passages that answer best, at most `limit`, only public ones unless an agent asks.

    `language` leaves out passages in others; without it all are looked through. Three queries; the embedding of the
    question takes some 10 ms. What was published a moment ago is found by its words until it has its vector.
    """
    question = clean_text(text, QUERY_CHARS).strip()
    reach = _Reach(language, public_only)
    asked = _asked(question, reach)
    if not question or not asked.chunk_total:
        return []
    embedder = embedder or knowledge_embedder()
    vector = None
    if mode is not SearchMode.KEYWORD:
        vector = Vector(embedder.encode([question], most_tokens=MESSAGE_TOKENS)[0]).to_text()
    lexemes = asked.lexemes if mode is not SearchMode.SEMANTIC else []
    if vector is None and not lexemes:
        return []
    scores = _scores(asked, lexemes, vector, reach, model=embedder.name)
    share = likeness_share(
        language or detect_language(question) or "en",
        mean_words=asked.mean_words,
        reads_english=reads_english(embedder),
    )
    if vector is None or not lexemes:
        share = 0.0 if vector is None else 1.0
    ranked = mix(scores, share=share, bm25_most=best_bm25([one.weight for one in lexemes]))[:limit]
    return _found(ranked)


def _asked(text: str, reach: _Reach) -> _Asked:
    names = [DICTIONARIES[reach.language]] if reach.language in DICTIONARIES else list(DICTIONARIES.values())
    stems = " || ".join("tsvector_to_array(to_tsvector(%s::regconfig, %s))" for _name in names)
    parameters: list[Any] = [part for name in names for part in (name, text)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT lexeme, chunk_count FROM ai_lexemetally WHERE lexeme = ANY({stems} || %s::text[])",  # noqa: S608
            [*parameters, [ALL_CHUNKS, ALL_WORDS]],
        )
        counts = dict(cursor.fetchall())
    chunk_total, word_total = counts.pop(ALL_CHUNKS, 0), counts.pop(ALL_WORDS, 0)
    return _Asked(weigh_lexemes(counts, chunk_total), chunk_total, word_total / max(chunk_total, 1))


def _scores(
    asked: _Asked, lexemes: Sequence[WeighedLexeme], vector: str | None, reach: _Reach, *, model: str
) -> dict[UUID, Scores]:
    """Return both scores of the best hundred by either half."""
    bm25, parameters = _bm25_sql(lexemes, asked.mean_words)
    parameters |= {
        "language": reach.language,
        "vector": vector,
        "model": model,
        "any": " | ".join(_quoted(one.lexeme) for one in _telling(lexemes)),
    }
    is_exact = asked.chunk_total <= EXACT_UP_TO
    halves = [_lexical_sql(bm25, reach)] if lexemes else []
    halves += [_semantic_sql(reach, is_exact=is_exact)] if vector is not None else []
    statement = f"""
    WITH best AS MATERIALIZED ({" UNION ".join(halves)})
    SELECT chunk.id, {bm25 if lexemes else "NULL::float8"},
      {"1 - (vector.embedding <=> %(vector)s::public.vector)" if vector is not None else "NULL::float8"}
    FROM best JOIN ai_articlechunk chunk ON chunk.id = best.id
    LEFT JOIN ai_chunkvector vector ON vector.chunk_id = chunk.id AND vector.model = %(model)s"""  # noqa: S608
    with transaction.atomic(), connection.cursor() as cursor:
        if not is_exact:
            cursor.execute(f"SET LOCAL hnsw.ef_search = {HNSW_EF_SEARCH}")
            cursor.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        cursor.execute(statement, parameters)
        return {row[0]: Scores(row[1], row[2]) for row in cursor.fetchall()}


def _lexical_sql(bm25: str, reach: _Reach) -> str:
    return f"""
    (SELECT chunk.id FROM (
      SELECT id, words, word_count FROM ai_articlechunk
      WHERE words @@ %(any)s::tsquery AND {reach.condition} LIMIT {WEIGHED_CHUNKS}
    ) AS chunk ORDER BY {bm25} DESC LIMIT {CANDIDATES})"""  # noqa: S608


def _semantic_sql(reach: _Reach, *, is_exact: bool) -> str:
    # An order by an expression is no order by the index.
    order = "(embedding <=> %(vector)s::public.vector)" + (" + 0" if is_exact else "")
    return f"""
    (SELECT chunk_id AS id FROM ai_chunkvector
    WHERE model = %(model)s AND {reach.condition} ORDER BY {order} LIMIT {CANDIDATES})"""  # noqa: S608


def _bm25_sql(lexemes: Sequence[WeighedLexeme], mean_words: float) -> tuple[str, dict[str, Any]]:
    """Return SQL for the BM25 of a passage `chunk`, and its parameters.

    PostgreSQL does not say how often a stem occurs, but `ts_rank` of one stem with equal weights is
    (1 + 1/4 + … + 1/n²)·6/π² for n times, and the rest of that sum is 1/(n + 1/2) to within 0.05.
    """
    parameters: dict[str, Any] = {"mean_words": max(mean_words, 1.0)}
    parts: list[str] = []
    for place, one in enumerate(lexemes):
        parameters[f"lexeme{place}"], parameters[f"weight{place}"] = _quoted(one.lexeme), one.weight
        lexeme = f"%(lexeme{place})s::tsquery"
        rest = f"1.64493406685 * (1 - ts_rank('{{1,1,1,1}}', chunk.words, {lexeme})::float8)"
        times = f"(1 / greatest({rest}, 0.004) - 0.5)"
        parts.append(
            f"CASE WHEN chunk.words @@ {lexeme} THEN %(weight{place})s / (1 + {_LENGTH} / {times}) ELSE 0 END"
        )
    return f"({BM25_K1 + 1} * ({' + '.join(parts) or '0'}))", parameters


_LENGTH = f"{BM25_K1} * ({1 - BM25_B} + {BM25_B} * chunk.word_count / %(mean_words)s)"


def _telling(lexemes: Sequence[WeighedLexeme]) -> Sequence[WeighedLexeme]:
    """Return the rarest stems that occur in not many more passages than are weighed, at least one."""
    chosen: list[WeighedLexeme] = []
    total = 0
    for one in lexemes:
        total += one.chunk_count
        if chosen and total > WEIGHED_CHUNKS:
            break
        chosen.append(one)
    return chosen


def _quoted(lexeme: str) -> str:
    """Return a stem as `tsquery` reads it, whatever signs are in it."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def _found(ranked: Sequence[tuple[UUID, Ranked]]) -> list[FoundChunk]:
    with connection.cursor() as cursor:
        cursor.execute(_PASSAGES, [[chunk_id for chunk_id, _ranked in ranked]])
        rows: dict[UUID, tuple[UUID, UUID, str, str, str, str, bool]] = {row[0]: row for row in cursor.fetchall()}
    return [FoundChunk(*rows[chunk_id], one) for chunk_id, one in ranked if chunk_id in rows]


_PASSAGES = """
SELECT chunk.id, chunk.article_id, article.title, chunk.heading_path, chunk.text, chunk.language, chunk.is_public
FROM ai_articlechunk chunk JOIN ai_article article ON article.id = chunk.article_id
WHERE chunk.id = ANY(%s::uuid[])"""
