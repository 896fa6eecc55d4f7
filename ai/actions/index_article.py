"""Articles are found by what they say: passages, words, and vectors that follow in the background."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib.postgres.search import SearchVector
from django.db.models import Value

from ai.article_index import DICTIONARIES, count_words_of
from ai.enums import ArticleStatus, Visibility
from ai.models import Article, ArticleChunk, ChunkVector
from ai.queries.chunks import ChunkToEmbed
from ai.retrieval.chunking import Passage, cut_article
from hummdesk.events.publishing import action


def index_article(article: Article) -> None:
    """The article's passages are those of what it says now if it is published, else there are none.

    Runs within the caller's transaction, which holds the article's lock. A passage that stays the same keeps its id
    and its vector, wherever it stands now.
    """
    passages = cut_article(article.title, article.body_html) if article.status == ArticleStatus.PUBLISHED else []
    kept = {chunk.content_hash: chunk for chunk in article.chunks.filter(language=article.language)}
    is_public = article.visibility == Visibility.PUBLIC
    staying: list[ArticleChunk] = []
    new: list[ArticleChunk] = []
    for position, passage in enumerate(passages):
        chunk = kept.pop(passage.content_hash, None)
        if chunk is None:
            new.append(_chunk(article, passage, position, is_public=is_public))
        else:
            chunk.position, chunk.is_public = position, is_public
            staying.append(chunk)
    _forget_all_but(article, [chunk.id for chunk in staying])
    ArticleChunk.objects.bulk_update(staying, ["position", "is_public"])
    ChunkVector.objects.filter(chunk__in=staying).update(is_public=is_public)
    ArticleChunk.objects.bulk_create(new)
    if new:
        count_words_of([chunk.id for chunk in new], times=1)


def forget_passages(article: Article) -> None:
    """No search finds the article. Runs within the caller's transaction."""
    _forget_all_but(article, [])


@action
def keep_vectors(chunks: Sequence[ChunkToEmbed], vectors: Sequence[object], *, model: str) -> int:
    """These passages have these vectors by this model, those that are still there; returns how many."""
    found = {
        row.id: row
        for row in ArticleChunk.objects.select_for_update(of=("self",))
        .filter(id__in=[chunk.id for chunk in chunks])
        .order_by("id")
        .only("id", "language", "is_public")
    }
    rows = [
        ChunkVector(
            chunk_id=chunk.id,
            language=found[chunk.id].language,
            is_public=found[chunk.id].is_public,
            model=model,
            embedding=vector,
        )
        for chunk, vector in zip(chunks, vectors, strict=True)
        if chunk.id in found
    ]
    ChunkVector.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["chunk"],
        update_fields=["language", "is_public", "model", "embedding"],
    )
    return len(rows)


def _chunk(article: Article, passage: Passage, position: int, *, is_public: bool) -> ArticleChunk:
    return ArticleChunk(
        article=article,
        position=position,
        heading_path=passage.heading_path,
        text=passage.text,
        language=article.language,
        is_public=is_public,
        content_hash=passage.content_hash,
        words=SearchVector(Value(passage.whole), config=DICTIONARIES[article.language]),
        word_count=passage.word_count,
    )


def _forget_all_but(article: Article, chunk_ids: Sequence[UUID]) -> None:
    going = list(article.chunks.exclude(id__in=chunk_ids).values_list("id", flat=True))
    if going:
        count_words_of(going, times=-1)
        ArticleChunk.objects.filter(id__in=going).delete()
